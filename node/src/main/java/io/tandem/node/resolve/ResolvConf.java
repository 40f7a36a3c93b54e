// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The name servers of the system, as {@code resolv.conf(5)} lists them. */
record ResolvConf(List<Server> servers) {
    static final String FILE = "/etc/resolv.conf";
    private static final int DNS_PORT = 53;

    /**
     * A {@code nameserver} line.
     *
     * @param address a literal, as written
     * @param line its number, from 1
     */
    record Server(String address, InetAddress parsed, int line) {
        /** It is asked by datagrams, and named by its address. */
        NameserverSettings settings() {
            return new NameserverSettings(address, new InetSocketAddress(parsed, DNS_PORT), false, 0, null);
        }
    }

    /** The system's; null where the file cannot be read. */
    static @Nullable ResolvConf read() {
        try {
            return parse(Files.readString(Path.of(FILE), StandardCharsets.ISO_8859_1));
        } catch (IOException unreadable) {
            return null;
        }
    }

    /** The servers in {@code text}; lines that mean something else, or nothing, are passed over. */
    static ResolvConf parse(String text) {
        List<Server> servers = new ArrayList<>();
        String[] lines = text.split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            String[] words = lines[i].strip().split("[ \t]+", -1);
            if (words.length >= 2 && words[0].equals("nameserver")) {
                InetAddress address = literal(words[1]);
                if (address != null) {
                    servers.add(new Server(words[1], address, i + 1));
                }
            }
        }
        return new ResolvConf(servers);
    }

    private static @Nullable InetAddress literal(String text) {
        if (!text.matches("[0-9a-fA-F.:]+(%[A-Za-z0-9_.-]+)?")) {
            return null; // no name: it would be asked for
        }
        try {
            InetAddress address = InetAddress.getByName(text);
            return address instanceof Inet6Address || text.matches("[0-9]+(\\.[0-9]+){3}") ? address : null;
        } catch (UnknownHostException none) {
            return null;
        }
    }

    ResolvConf {
        servers = List.copyOf(servers);
    }
}
