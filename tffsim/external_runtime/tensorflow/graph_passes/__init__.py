"""Passes over serialised graphs: proto in, the same meaning in a faster proto out.

A pass is a function of protos and executes nothing. It runs once per imported function,
on every stack, so it must not change a single bit of a result, nor the order of effects,
nor which element of a data set fails. What it cannot rewrite under these rules it leaves
alone, and says why.

Called by `tensorflow_function`; knows nothing of executors.
"""
