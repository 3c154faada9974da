"""Bytes to requests and answers to bytes; no port inside."""
