"""Evidence of misconnections from measurements at manholes and outfalls, without any model of the flow."""
