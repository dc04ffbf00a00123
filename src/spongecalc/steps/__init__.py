"""The steps from a project to its review: what calls the packages in turn and hands on what they return."""
