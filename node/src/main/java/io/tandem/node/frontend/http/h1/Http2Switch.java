// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h1;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.tandem.node.frontend.http.HttpOption;
import io.tandem.node.frontend.http.Method;
import io.tandem.node.frontend.http.h2.Http2Connection;
import io.tandem.node.frontend.http.h2.UpgradeOffer;
import io.tandem.node.rules.Facts;
import org.jspecify.annotations.Nullable;

/**
 * How a connection that began in HTTP/1 goes on in HTTP/2: as TLS has agreed, by the preface, or by an offer that is taken.
 * One for each connection; on its loop.
 */
public abstract class Http2Switch {
    private final boolean takesOffers;

    /** @param takesOffers whether a request may ask for it ({@code upgrade-h2c}) */
    protected Http2Switch(boolean takesOffers) {
        this.takesOffers = takesOffers;
    }

    /**
     * Makes what takes the connection over, and tells of its end.
     *
     * @param prefaceRead how many bytes of the client's preface have been read
     */
    protected abstract Http2Connection successor(int prefaceRead);

    /** The offer that the present request makes and that is taken, or null. */
    final @Nullable UpgradeOffer offer(Facts facts) {
        return takesOffers && mayBegin(facts) ? UpgradeOffer.of(facts.request) : null;
    }

    /** Whether the present request is the beginning of HTTP/2's preface (RFC 9113 section 3.4), and may be. */
    final boolean isPreface(Facts facts, RequestScanner scanner) {
        return facts.request.method() == Method.OTHER
                && scanner.headEnd() == Http2Connection.PREFACE_HEAD
                && Http2Connection.isPrefaceHead(facts.request.bytes())
                && mayBegin(facts);
    }

    /** Only a connection's first request may begin it. */
    private static boolean mayBegin(Facts facts) {
        return facts.requestsOnConnection == 1 && !facts.frontend.http().has(HttpOption.DISABLE_H2_UPGRADE);
    }

    /**
     * Puts the successor in the place of the handler at {@code present}.
     *
     * @param in what came behind the offer, or the head that was the preface's; null where nothing has been read
     */
    final void replace(ChannelHandlerContext present, @Nullable UpgradeOffer offer, @Nullable ByteBuf in) {
        Http2Connection successor = successor(offer == null && in != null ? Http2Connection.PREFACE_HEAD : 0);
        present.pipeline().addAfter(present.name(), null, successor);
        if (offer != null) {
            successor.begin(offer);
        }
        if (in != null) {
            successor.read(in);
        }
        present.pipeline().remove(present.handler());
    }
}
