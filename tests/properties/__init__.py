"""Stories told at random: many hands, one repository, and nothing of anybody is lost."""
