"""Versioned data that money depends on: policy, repairs, deductions, handling, materials …"""
