// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import static io.tandem.node.backend.ServerOptions.option;

import io.tandem.node.language.Arguments;
import io.tandem.node.language.Keyword;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The options of {@code server} lines about names that are searched for at run time (HAProxy manual 5.2, 5.3). */
final class ResolutionOptions {
    private static final int MOST_NETWORKS = 5;

    static final List<Keyword<ServerOption>> ALL = List.of(
            option("resolvers", "the section that searches for the server's address at run time")
                    .arguments("SECTION")
                    .as((line, s) -> s.resolvers = line.next()),
            option("resolve-prefer", "the family of addresses that is asked for first, ipv6 by default")
                    .arguments("ipv4 | ipv6")
                    .as(ResolutionOptions::prefer),
            option("resolve-net", "networks whose addresses are taken first, five at most")
                    .arguments("NETWORK[,…]")
                    .as(ResolutionOptions::networks),
            option("resolve-opts", "what else matters when an address is taken")
                    .arguments("{allow-dup-ip | prevent-dup-ip | ignore-weight}[,…]")
                    .as(ResolutionOptions::options));

    private ResolutionOptions() {}

    private static void prefer(Arguments line, ServerSettings server) {
        switch (line.next()) {
            case "ipv4" -> server.prefersIpv4 = true;
            case "ipv6" -> server.prefersIpv4 = false;
            default -> throw line.error("'resolve-prefer' expects either ipv4 or ipv6 as argument.");
        }
    }

    private static void options(Arguments line, ServerSettings server) {
        for (String word : line.next().split(",", -1)) {
            switch (word) {
                case "" -> {}
                case "allow-dup-ip" -> server.allowsDuplicateAddress = true;
                case "prevent-dup-ip" -> server.allowsDuplicateAddress = false;
                case "ignore-weight" -> server.ignoresRecordWeight = true;
                default ->
                    throw line.error("'resolve-opts' : unknown resolve-opts option '" + word
                            + "', supported methods are 'allow-dup-ip', 'ignore-weight', and 'prevent-dup-ip'.");
            }
        }
    }

    private static void networks(Arguments line, ServerSettings server) {
        String text = line.next();
        if (text.isEmpty()) {
            throw line.error("'resolve-net' expects a list of networks.");
        }
        List<ServerNaming.Network> networks = new ArrayList<>();
        for (String word : text.split(",", -1)) {
            if (word.isEmpty()) {
                continue;
            }
            if (networks.size() == MOST_NETWORKS) {
                throw line.error("'resolve-net' exceed 5 networks.");
            }
            ServerNaming.Network network = network(word);
            if (network == null) {
                throw line.error("'resolve-net' invalid network '" + word + "'.");
            }
            networks.add(network);
        }
        server.networks = List.copyOf(networks);
    }

    private static ServerNaming.@Nullable Network network(String text) {
        int slash = text.indexOf('/');
        InetAddress address = ServerAddress.literal(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            return null;
        }
        byte[] bytes = address.getAddress();
        int most = bytes.length * Byte.SIZE;
        String bits = slash < 0 ? String.valueOf(most) : text.substring(slash + 1);
        if (bits.matches("[0-9]+(\\.[0-9]+){3}")) {
            bits = prefix(bits);
        }
        if (!bits.matches("[0-9]{1,3}") || Integer.parseInt(bits) > most) {
            return null;
        }
        return new ServerNaming.Network(bytes, Integer.parseInt(bits));
    }

    /** How many bits a mask such as 255.255.0.0 has; nothing where they are not the first ones. */
    private static String prefix(String mask) {
        InetAddress parsed = ServerAddress.literal(mask);
        int bits = parsed == null ? 0 : ByteBuffer.wrap(parsed.getAddress()).getInt();
        int count = Integer.bitCount(bits);
        boolean contiguous =
                Integer.numberOfTrailingZeros(bits) == Integer.SIZE - count; // zeros behind, and only there
        return parsed != null && contiguous ? String.valueOf(count) : "";
    }
}
