// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.format;

import io.tandem.node.frontend.Peer;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.ServerEnd;
import io.tandem.node.rules.sample.Addresses;
import io.tandem.node.rules.sample.Output;
import io.tandem.node.rules.sample.Text;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Addresses and ports of both connections as formats write them. A unix socket is {@code unix}, with the listener's number for
 * a port, or 0 on the server's side. With {@code +X} HAProxy ends the line at such an address; here it stays a word.
 */
final class Ends {
    /** As long as the longest address. */
    private static final int ROOM = 46;

    private Ends() {}

    /** Of the client's connection. */
    static void address(Output out, Peer peer, Flags flags) {
        if (peer.length() == 0) {
            unix(out, flags);
        } else {
            address(out, peer.address(), peer.length(), flags);
        }
    }

    static void port(Output out, Peer peer, Facts facts, Flags flags) {
        if (peer.length() == 0) {
            out.append(facts.listenerId);
        } else {
            LogVariable.number(out, peer.port(), flags, 4);
        }
    }

    /** Of the server's connection: {@code of} is one of its ends, null for one that is no address. */
    static void address(Output out, @Nullable ServerEnd end, @Nullable InetSocketAddress of, Flags flags) {
        InetAddress address = of == null ? null : of.getAddress();
        if (address != null) {
            byte[] bytes = address.getAddress();
            address(out, bytes, bytes.length, flags);
        } else if (isUnix(end)) {
            unix(out, flags);
        } else {
            LogVariable.absent(out, flags);
        }
    }

    static void port(Output out, @Nullable ServerEnd end, @Nullable InetSocketAddress of, Flags flags) {
        if (of != null) {
            LogVariable.number(out, of.getPort(), flags, 4);
        } else if (isUnix(end)) {
            LogVariable.number(out, 0, flags, 4);
        } else {
            LogVariable.absent(out, flags);
        }
    }

    private static boolean isUnix(@Nullable ServerEnd end) {
        return end != null && end.destination() == null;
    }

    private static void unix(Output out, Flags flags) {
        LogVariable.quoted(out, "unix", flags);
    }

    private static void address(Output out, byte[] address, int length, Flags flags) {
        if (flags.hex()) {
            for (int i = 0; i < length; i++) {
                out.appendHex(address[i] & 0xFF, 2);
            }
            return;
        }
        if (flags.quote()) {
            out.append('"');
        }
        if (out.bytes().length - out.length() >= ROOM) {
            int end = length == 4
                    ? Addresses.writeIpv4(Text.int32(address, 0), out.bytes(), out.length())
                    : Addresses.writeIpv6(address, 0, out.bytes(), out.length());
            out.length(end);
        }
        if (flags.quote()) {
            out.append('"');
        }
    }
}
