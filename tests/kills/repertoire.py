"""All operations that are killed."""

from tests.kills import by_hand, scenes, tidying

SCENES = (*scenes.SCENES, *by_hand.SCENES, *tidying.SCENES)
BY_NAME = {scene.name: scene for scene in SCENES}
