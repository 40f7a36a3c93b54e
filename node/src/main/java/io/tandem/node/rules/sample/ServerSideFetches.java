// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.FetchKind.fetch;
import static io.tandem.node.rules.sample.InternalFetches.number;

import io.tandem.node.frontend.ConnectionErrors;
import io.tandem.node.frontend.TlsFacts;
import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.ServerEnd;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Fetches on the connection to the server (HAProxy manual 7.3.3). */
final class ServerSideFetches {
    /** No number of {@link ConnectionErrors}: there is no connection to have one. */
    private static final int UNKNOWN = -1;

    private static final int HANDSHAKE_FAILURE = 34;

    static final List<Keyword<FetchKind>> ALL = List.of(
            address("bc_dst", "the address connected to", ServerEnd::destination),
            port("bc_dst_port", "the port connected to", ServerEnd::destination),
            address("bc_src", "the address connected from", ServerEnd::localAddress),
            port("bc_src_port", "the port connected from", ServerEnd::localAddress),
            fetch("bc_http_major")
                    .returns(SampleType.INTEGER)
                    .of(Need.SERVER_ADDRESS)
                    .doc("the major HTTP version of the connection to the server: 1 or 2")
                    .simply((facts, out) -> {
                        ServerEnd end = facts.serverEnd;
                        return end != null && number(out, end.httpMajor());
                    }),
            fetch("bc_glitches")
                    .returns(SampleType.INTEGER)
                    .of(Need.SERVER_ADDRESS)
                    .doc("how often the server did what a good one does not; 0 in HTTP/1 (HAProxy 3.0)")
                    .simply((facts, out) -> {
                        ServerEnd end = facts.serverEnd;
                        return end != null && number(out, end.glitches());
                    }),
            fetch("bc_err")
                    .returns(SampleType.INTEGER)
                    .of(Need.SERVER_ADDRESS)
                    .doc("the error of the connection to the server, 0 for none")
                    .simply((facts, out) -> number(out, error(facts)) && out.number >= 0),
            fetch("bc_err_str")
                    .of(Need.SERVER_ADDRESS)
                    .doc("the error of the connection to the server in words")
                    .simply((facts, out) -> {
                        int error = error(facts);
                        return error >= 0 && ConnectionFetches.text(ConnectionErrors.words(error), facts.scratch, out);
                    }));

    private ServerSideFetches() {}

    /** What was refused or timed out has no connection left that HAProxy could ask. */
    private static int error(Facts facts) {
        TlsFacts tls = facts.serverTls;
        if (tls != null && tls.error() != 0) {
            return HANDSHAKE_FAILURE;
        }
        return facts.serverEnd != null && facts.connectedNs != 0 ? 0 : UNKNOWN;
    }

    private static @Nullable InetSocketAddress of(Facts facts, Function<ServerEnd, @Nullable InetSocketAddress> which) {
        ServerEnd end = facts.serverEnd;
        return end == null ? null : which.apply(end);
    }

    private static Keyword<FetchKind> address(
            String name, String doc, Function<ServerEnd, @Nullable InetSocketAddress> which) {
        return fetch(name)
                .returns(SampleType.ADDRESS)
                .of(Need.SERVER_ADDRESS)
                .doc(doc)
                .simply((facts, out) -> {
                    InetSocketAddress socket = of(facts, which);
                    InetAddress address = socket == null ? null : socket.getAddress();
                    if (address == null) {
                        return false;
                    }
                    byte[] bytes = address.getAddress();
                    if (bytes.length == 4) {
                        out.ipv4(Text.int32(bytes, 0));
                    } else {
                        out.set(SampleType.IPV6, bytes, 0, bytes.length);
                    }
                    return true;
                });
    }

    private static Keyword<FetchKind> port(
            String name, String doc, Function<ServerEnd, @Nullable InetSocketAddress> which) {
        return fetch(name)
                .returns(SampleType.INTEGER)
                .of(Need.SERVER_ADDRESS)
                .doc(doc)
                .simply((facts, out) -> {
                    InetSocketAddress socket = of(facts, which);
                    return socket != null && number(out, socket.getPort());
                });
    }
}
