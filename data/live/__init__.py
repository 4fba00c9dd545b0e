"""The `live` source: clients for Yahoo, FRED, EDGAR and FiscalData. Each returns plain tables; the store keeps them."""
