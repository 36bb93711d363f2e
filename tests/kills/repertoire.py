"""All operations that are killed."""

from tests.kills import by_hand, scenes

SCENES = (*scenes.SCENES, *by_hand.SCENES)
BY_NAME = {scene.name: scene for scene in SCENES}
