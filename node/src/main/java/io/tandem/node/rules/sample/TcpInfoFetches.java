// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.FetchKind.fetch;
import static io.tandem.node.rules.sample.InternalFetches.number;
import static io.tandem.node.rules.sample.Parameter.optionalString;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollTcpInfo;
import io.tandem.node.language.Keyword;
import io.tandem.node.loop.LoopLocal;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.ServerEnd;
import io.tandem.node.setup.Assembly;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** What the kernel has measured of a TCP connection: {@code TCP_INFO} of tcp(7) (HAProxy manual 7.3.3). */
final class TcpInfoFetches {
    private static final String UNUSED_ARGUMENT =
            "no argument supported for 'fc_*' sample expressions returning counters.";

    private static final LoopLocal<EpollTcpInfo> INFO = new LoopLocal<>(loop -> new EpollTcpInfo());

    static final List<Keyword<FetchKind>> ALL = List.of(
            time("fc_rtt", "the client connection's round trip time", Need.CLIENT_ADDRESS, EpollTcpInfo::rtt),
            time("fc_rttvar", "how much that varies", Need.CLIENT_ADDRESS, EpollTcpInfo::rttvar),
            count("fc_unacked", "segments sent to the client and not acknowledged", EpollTcpInfo::unacked),
            count("fc_sacked", "segments the client acknowledged selectively", EpollTcpInfo::sacked),
            count("fc_lost", "segments to the client that are taken for lost", EpollTcpInfo::lost),
            count("fc_retrans", "segments to the client that were sent again", EpollTcpInfo::retrans),
            count("fc_fackets", "segments the client acknowledged ahead of others", EpollTcpInfo::fackets),
            count("fc_reordering", "how far segments may overtake each other", EpollTcpInfo::reordering),
            time("bc_rtt", "the server connection's round trip time", Need.SERVER_ADDRESS, EpollTcpInfo::rtt),
            time("bc_rttvar", "how much that varies", Need.SERVER_ADDRESS, EpollTcpInfo::rttvar));

    private TcpInfoFetches() {}

    private static Keyword<FetchKind> time(String name, String doc, Need need, ToLongFunction<EpollTcpInfo> value) {
        Function<Facts, @Nullable Channel> channel =
                need == Need.SERVER_ADDRESS ? TcpInfoFetches::server : facts -> facts.socket;
        return fetch(name)
                .args(optionalString("unit"))
                .returns(SampleType.INTEGER)
                .of(need)
                .doc(doc + ", in milliseconds (ms) or microseconds (us)")
                .as(args -> {
                    int unitMicros =
                            switch (args.count() > 0 ? args.string(0) : "ms") {
                                case "ms" -> 1000;
                                case "us" -> 1;
                                default -> throw new SampleError("expects 'us' or 'ms', got '" + args.string(0) + "'");
                            };
                    return (facts, out) -> {
                        EpollTcpInfo info = ask(facts, channel.apply(facts));
                        return info != null && number(out, value.applyAsLong(info) / unitMicros);
                    };
                });
    }

    /** HAProxy declares an argument here too, and warns of it. */
    private static Keyword<FetchKind> count(String name, String doc, ToLongFunction<EpollTcpInfo> value) {
        return fetch(name)
                .args(optionalString("unit"))
                .returns(SampleType.INTEGER)
                .of(Need.CLIENT_ADDRESS)
                .doc(doc)
                .as(args -> {
                    Assembly assembly = args.site().assembly();
                    if (args.has(0) && assembly != null) {
                        assembly.problems().warning(args.site().origin(), UNUSED_ARGUMENT);
                    }
                    return (facts, out) -> {
                        EpollTcpInfo info = ask(facts, facts.socket);
                        return info != null && number(out, value.applyAsLong(info));
                    };
                });
    }

    private static @Nullable Channel server(Facts facts) {
        ServerEnd end = facts.serverEnd;
        return end == null ? null : end.socket();
    }

    /** What the kernel says; null where the connection is no TCP or gone. */
    private static @Nullable EpollTcpInfo ask(Facts facts, @Nullable Channel channel) {
        if (!(channel instanceof EpollSocketChannel tcp) || !tcp.isOpen()) {
            return null;
        }
        EpollTcpInfo info = INFO.of(facts.loop);
        try {
            return tcp.tcpInfo(info);
        } catch (ChannelException gone) {
            return null;
        }
    }
}
