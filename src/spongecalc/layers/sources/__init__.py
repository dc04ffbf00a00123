"""Reading a layer out of each form that engineers hold it in."""
