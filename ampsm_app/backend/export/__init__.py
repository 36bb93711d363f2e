"""What leaves the house: events and rows in the specification's shapes."""
