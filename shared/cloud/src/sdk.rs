//! The traits over the network.
