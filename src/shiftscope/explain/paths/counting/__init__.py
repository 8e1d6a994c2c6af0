"""How often each product of weight and response is significant."""
