"""What measurements at manholes and outfalls say of misconnections, without any model of the flow."""
