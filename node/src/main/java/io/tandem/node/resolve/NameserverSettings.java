// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

import java.net.InetAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A {@code nameserver} line.
 *
 * @param address where it is asked: a datagram socket's address, unix ones included, or a stream's
 * @param stream whether it is asked over TCP
 * @param maxConnections how many TCP connections at once; 0 for any number
 * @param source our address towards it, TCP only; or null
 */
record NameserverSettings(
        String name, SocketAddress address, boolean stream, int maxConnections, @Nullable InetAddress source) {}
