// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.wire;

import io.tandem.node.testkit.RunningProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** A proxy under observation, the installed haproxy or ours, with as many lanes as conversations go on at a time. */
final class Subject implements AutoCloseable {
    private final List<Lane> lanes = new ArrayList<>();
    private final BlockingQueue<Lane> free;
    private final List<AutoCloseable> owned = new ArrayList<>();
    private final RunningProxy proxy;

    Subject(boolean oracle, int lanes) throws IOException, InterruptedException {
        String address = address(oracle);
        blackhole(address);
        StringBuilder text = new StringBuilder(
                """
                global
                    nbthread 1
                defaults
                    mode http
                    option httplog
                    timeout connect 1s
                    timeout client 5s
                    timeout server 5s
                """);
        for (int i = 0; i < lanes; i++) {
            Lane lane = new Lane(i, address);
            this.lanes.add(lane);
            text.append(lane.sections());
        }
        free = new ArrayBlockingQueue<>(lanes, true, this.lanes);
        proxy = new RunningProxy(text.toString(), oracle);
        warmUp();
    }

    /** A loopback address of this process alone: its ports are free, and no other program's are reached by mistake. */
    private static String address(boolean oracle) {
        long pid = ProcessHandle.current().pid();
        return "127." + (16 + (pid >> 15) % 200) + "." + (pid >> 7 & 0xff) + "."
                + ((pid & 0x7f) * 2 + (oracle ? 0 : 1));
    }

    /** A listener whose backlog is full: who connects hears nothing. */
    private void blackhole(String address) throws IOException {
        ServerSocket full = new ServerSocket(8, 1, InetAddress.getByName(address));
        owned.add(full);
        for (int i = 0; i < 2; i++) {
            Socket filling = new Socket();
            filling.connect(new InetSocketAddress(address, 8), 1000);
            owned.add(filling);
        }
    }

    /** The first request of a young process takes longer than the silence that ends a conversation. */
    private void warmUp() throws IOException, InterruptedException {
        for (int i = 0; i < 5; i++) {
            converse(Case.reply("warm-up", "HTTP/1.1 204 No Content\r\n\r\n"), 1);
        }
    }

    /** Holds the conversation on a lane that is free. */
    Outcome converse(Case one, int patience) throws IOException, InterruptedException {
        Lane lane = free.take();
        try {
            return lane.converse(one, patience);
        } finally {
            free.add(lane);
        }
    }

    @Override
    public void close() throws Exception {
        proxy.close();
        for (AutoCloseable each : owned) {
            each.close();
        }
        for (Lane lane : lanes) {
            lane.close();
        }
    }
}
