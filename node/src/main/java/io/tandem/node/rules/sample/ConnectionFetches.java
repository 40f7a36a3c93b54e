// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.FetchKind.fetch;

import io.tandem.node.frontend.ConnectionErrors;
import io.tandem.node.frontend.Peer;
import io.tandem.node.language.Keyword;
import java.nio.charset.StandardCharsets;
import java.util.List;

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
            fetch("fc_http_major")
                    .returns(SampleType.INTEGER)
                    .of(Need.CLIENT_CONNECTION)
                    .doc("the major HTTP version of the client's connection: 1 or 2")
                    .simply((facts, out) -> {
                        out.set(facts.httpMajor);
                        return true;
                    }),
            fetch("fc_err")
                    .returns(SampleType.INTEGER)
                    .of(Need.CLIENT_CONNECTION)
                    .doc("the error of the client's connection, 0 for none")
                    .simply((facts, out) -> {
                        out.set(facts.connectionError);
                        return true;
                    }),
            fetch("fc_err_str")
                    .of(Need.CLIENT_CONNECTION)
                    .doc("the error of the client's connection in words")
                    .simply((facts, out) -> text(ConnectionErrors.words(facts.connectionError), facts.scratch, out)),
            fetch("so_id")
                    .returns(SampleType.INTEGER)
                    .of(Need.FRONTEND)
                    .doc("the number of the listener")
                    .simply((facts, out) -> {
                        out.set(facts.listenerId);
                        return true;
                    }),
            fetch("so_name").of(Need.FRONTEND).doc("the name of the listener").simply((facts, out) -> {
                return text(facts.listenerName, facts.scratch, out);
            }));

    private ConnectionFetches() {}

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

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
