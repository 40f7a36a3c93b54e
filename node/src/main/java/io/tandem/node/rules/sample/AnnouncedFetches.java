// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.FetchKind.fetch;

import io.tandem.node.language.Keyword;
import io.tandem.node.proxyprotocol.Announcement;
import io.tandem.node.proxyprotocol.TlvTypes;
import io.tandem.node.rules.Facts;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Fetches on what another proxy announced, and on the connection behind it (HAProxy manual 7.3.3). */
final class AnnouncedFetches {
    static final List<Keyword<FetchKind>> ALL = List.of(
            fetch("fc_rcvd_proxy")
                    .returns(SampleType.BOOLEAN)
                    .of(Need.CLIENT_ADDRESS)
                    .doc("whether the connection began with a PROXY protocol header")
                    .simply((facts, out) -> {
                        Announcement said = facts.announced;
                        out.set(said != null && said.isProxyProtocol());
                        return true;
                    }),
            text("fc_pp_authority", "the authority of the PROXY protocol header", Announcement::authority),
            text("fc_pp_unique_id", "the unique id of the PROXY protocol header", Announcement::uniqueId),
            fetch("fc_pp_tlv")
                    .args(Parameter.string("id"))
                    .of(Need.CLIENT_ADDRESS)
                    .doc("the first TLV of that type, a number or its name, of the PROXY protocol header")
                    .as(args -> {
                        int type = tlvType(args.string(0));
                        return (facts, out) -> of(facts, said -> said.tlv(type), out);
                    }),
            fetch("fc_src")
                    .returns(SampleType.ADDRESS)
                    .of(Need.CLIENT_ADDRESS)
                    .doc("the source of the connection itself")
                    .simply((facts, out) -> ConnectionFetches.address(facts.peers.realSource(), out)),
            fetch("fc_src_port")
                    .returns(SampleType.INTEGER)
                    .of(Need.CLIENT_ADDRESS)
                    .doc("the source port of the connection itself")
                    .simply((facts, out) -> ConnectionFetches.port(facts.peers.realSource(), out)),
            fetch("fc_dst")
                    .returns(SampleType.ADDRESS)
                    .of(Need.CLIENT_ADDRESS)
                    .doc("the destination of the connection itself")
                    .simply((facts, out) -> ConnectionFetches.address(facts.peers.realDestination(), out)),
            fetch("fc_dst_port")
                    .returns(SampleType.INTEGER)
                    .of(Need.CLIENT_ADDRESS)
                    .doc("the destination port of the connection itself")
                    .simply((facts, out) -> ConnectionFetches.port(facts.peers.realDestination(), out)));

    private AnnouncedFetches() {}

    private static int tlvType(String text) {
        int type = TlvTypes.parse(text);
        if (type == TlvTypes.NONE) {
            throw new SampleError("failed to parse '" + text + "' as a TLV type: a number from 0 to 255, or its name");
        }
        return type;
    }

    private static Keyword<FetchKind> text(String name, String doc, Function<Announcement, byte @Nullable []> part) {
        return fetch(name).of(Need.CLIENT_ADDRESS).doc(doc).simply((facts, out) -> of(facts, part, out));
    }

    private static boolean of(Facts facts, Function<Announcement, byte @Nullable []> part, Sample out) {
        byte[] bytes = facts.announced == null ? null : part.apply(facts.announced);
        if (bytes == null) {
            return false;
        }
        out.set(SampleType.STRING, bytes, 0, bytes.length);
        return true;
    }
}
