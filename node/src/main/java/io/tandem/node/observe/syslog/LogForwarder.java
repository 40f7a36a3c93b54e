// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.syslog;

import io.netty.buffer.ByteBuf;
import io.tandem.node.frontend.Receiver;
import io.tandem.node.loop.Loop;
import io.tandem.node.observe.log.ProxyLog;
import io.tandem.node.rules.Facts;
import io.tandem.node.setup.NodeRuntime;

/** Passes messages on: one for each {@code log-forward} section of a configuration. Each loop has a row of its own. */
final class LogForwarder implements Receiver {
    private final ProxyLog log;
    private final NodeRuntime node;
    private final int bufferSize;
    private final int clientTimeoutMs;
    private final RelayedLine[] lines;
    private final byte[][] datagrams;

    /**
     * @param bufferSize no message is longer
     * @param clientTimeoutMs how long a client may be silent, 0 for ever
     */
    LogForwarder(ProxyLog log, NodeRuntime node, int bufferSize, int clientTimeoutMs) {
        this.log = log;
        this.node = node;
        this.bufferSize = bufferSize;
        this.clientTimeoutMs = clientTimeoutMs;
        lines = new RelayedLine[node.loops()];
        datagrams = new byte[node.loops()][];
    }

    @Override
    public Stream open(Facts facts, Runnable end) {
        return new SyslogConnection(this, facts.loop, end, bufferSize, clientTimeoutMs);
    }

    @Override
    public void datagram(Loop loop, ByteBuf bytes) {
        byte[] buffer = datagrams[loop.index()];
        if (buffer == null) {
            buffer = new byte[bufferSize];
            datagrams[loop.index()] = buffer;
        }
        int length = Math.min(bytes.readableBytes(), bufferSize);
        bytes.getBytes(bytes.readerIndex(), buffer, 0, length);
        relay(loop, buffer, 0, length);
    }

    /** Passes one message on. */
    void relay(Loop loop, byte[] bytes, int start, int end) {
        RelayedLine line = lines[loop.index()];
        if (line == null) {
            line = new RelayedLine(bufferSize + 1024);
            lines[loop.index()] = line;
        }
        node.receivedLogs().incrementAndGet();
        long nowMs = System.currentTimeMillis();
        line.read(bytes, start, end, nowMs);
        log.relay(loop.index(), line, nowMs);
    }
}
