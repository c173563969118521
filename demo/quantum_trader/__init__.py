"""A simulated Quantum Trader: crypto futures, with the habits of the real one's writers."""

from demo.quantum_trader.bot import QuantumTrader

__all__ = ["QuantumTrader"]
