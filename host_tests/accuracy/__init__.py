"""How accurately the pump delivers, by the measures that pumps are judged by."""
