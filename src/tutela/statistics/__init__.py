"""The provider's yearly return, made from events."""
