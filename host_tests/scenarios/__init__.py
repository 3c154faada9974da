"""What a person did to a pump, written down so that any bench can do it again."""
