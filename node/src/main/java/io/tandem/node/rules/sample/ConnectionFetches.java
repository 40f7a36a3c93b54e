// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.FetchKind.fetch;

import io.tandem.node.frontend.ConnectionErrors;
import io.tandem.node.frontend.Peer;
import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Facts;
import java.util.List;
import java.util.function.Function;

/** Fetches on the client's connection: addresses (HAProxy manual 7.3.3). */
final class ConnectionFetches {
    static final List<Keyword<FetchKind>> ALL = List.of(
            fetch("src")
                    .returns(SampleType.ADDRESS)
                    .of(Need.CLIENT_ADDRESS)
                    .doc("the client's address")
                    .simply((facts, out) -> address(facts.source, out)),
            fetch("dst")
                    .returns(SampleType.ADDRESS)
                    .of(Need.CLIENT_ADDRESS)
                    .doc("the address the client connected to")
                    .simply((facts, out) -> address(facts.destination, out)),
            fetch("src_port")
                    .returns(SampleType.INTEGER)
                    .of(Need.CLIENT_ADDRESS)
                    .doc("the client's port")
                    .simply((facts, out) -> port(facts.source, out)),
            fetch("dst_port")
                    .returns(SampleType.INTEGER)
                    .of(Need.CLIENT_ADDRESS)
                    .doc("the port the client connected to")
                    .simply((facts, out) -> port(facts.destination, out)),
            isLocal("src_is_local", "whether the client's address is this host's", facts -> facts.source),
            isLocal("dst_is_local", "whether the address connected to is this host's", facts -> facts.destination),
            isLocal(
                    "fc_src_is_local",
                    "whether the connection's own source is this host's",
                    facts -> facts.peers.realSource()),
            isLocal(
                    "fc_dst_is_local",
                    "whether its own destination is this host's",
                    facts -> facts.peers.realDestination()),
            fetch("dst_conn")
                    .returns(SampleType.INTEGER)
                    .of(Need.FRONTEND)
                    .doc("connections of the same listener now, this one included")
                    .simply((facts, out) -> InternalFetches.number(out, facts.listenerConnections.getAsInt())),
            fetch("fc_http_major")
                    .returns(SampleType.INTEGER)
                    .of(Need.CLIENT_ADDRESS)
                    .doc("the major HTTP version of the client's connection: 1 or 2")
                    .simply((facts, out) -> {
                        out.set(facts.httpMajor);
                        return true;
                    }),
            fetch("fc_err")
                    .returns(SampleType.INTEGER)
                    .of(Need.CLIENT_ADDRESS)
                    .doc("the error of the client's connection, 0 for none")
                    .simply((facts, out) -> {
                        out.set(facts.connectionError);
                        return true;
                    }),
            fetch("fc_err_str")
                    .of(Need.CLIENT_ADDRESS)
                    .doc("the error of the client's connection in words")
                    .simply((facts, out) -> text(ConnectionErrors.words(facts.connectionError), facts.scratch, out)),
            fetch("fc_glitches")
                    .returns(SampleType.INTEGER)
                    .of(Need.CLIENT_ADDRESS)
                    .doc("how often the client did what a good one does not; 0 in HTTP/1 (HAProxy 3.0)")
                    .simply((facts, out) -> InternalFetches.number(out, facts.glitches.getAsInt())),
            fetch("so_id")
                    .returns(SampleType.INTEGER)
                    .of(Need.FRONTEND)
                    .doc("the number of the listener")
                    .simply((facts, out) -> {
                        out.set(facts.listenerId);
                        return true;
                    }),
            fetch("so_name").of(Need.FRONTEND).doc("the name of the listener").simply((facts, out) -> {
                // without "name" it has one for statistics only
                return !facts.listenerName.startsWith("sock-") && text(facts.listenerName, facts.scratch, out);
            }));

    private ConnectionFetches() {}

    private static Keyword<FetchKind> isLocal(String name, String doc, Function<Facts, Peer> peer) {
        return fetch(name)
                .returns(SampleType.BOOLEAN)
                .of(Need.CLIENT_ADDRESS)
                .doc(doc)
                .simply((facts, out) -> InternalFetches.bool(
                        out, LocalAddresses.now(facts.loop.nowNs()).has(peer.apply(facts))));
    }

    static boolean address(Peer peer, Sample out) {
        if (peer.length() == 4) {
            out.ipv4(Text.int32(peer.address(), 0));
            return true;
        }
        out.set(SampleType.IPV6, peer.address(), 0, 16);
        return peer.length() == 16;
    }

    static boolean port(Peer peer, Sample out) {
        out.set(peer.port());
        return peer.length() > 0 && peer.port() > 0;
    }

    /** Copies a text of the process into scratch bytes. */
    @SuppressWarnings("deprecation") // String.getBytes(int, int, byte[], int) is the one copy without an object
    static boolean text(String text, Scratch scratch, Sample out) {
        int length = text.length();
        if (scratch.room() < length) {
            return false;
        }
        int at = scratch.claim(length);
        text.getBytes(0, length, scratch.bytes(), at);
        out.set(SampleType.STRING, scratch.bytes(), at, at + length);
        return true;
    }
}
