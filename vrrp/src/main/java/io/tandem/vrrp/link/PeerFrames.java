// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.link;

import io.tandem.vrrp.router.VirtualRouter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the frames of a link say, and that each is taken once and in order although it travels over every network.
 *
 * <pre>
 * u64 incarnation of the sending process | u64 number | what the type says
 * STATUS: u16 silence in ms | u8 part | u8 parts | {@link RouterNews} of up to 64 routers
 * ASK, TOOK, REFUSED, WANT: one RouterNews      BYE, GAVE_UP: nothing
 * </pre>
 *
 * <p>A copy that comes late by a slow network has a number that was seen already, and is nothing: a stale request to take over
 * would move an address that nobody gives away. Not thread-safe.
 */
final class PeerFrames {
    static final int STATUS = 1;
    /** Take this router's addresses, please. */
    static final int ASK = 2;

    static final int TOOK = 3;
    static final int REFUSED = 4;
    static final int BYE = 5;
    /** Give me this router's addresses, please. */
    static final int WANT = 6;
    /** You have been silent for too long: I count you as dead. */
    static final int GAVE_UP = 7;

    private static final int NUMBERING = 16;
    private static final int MAX_PARTS = 8;

    private final long incarnation;
    private long sent;
    private @Nullable Object newest;
    private long heardIncarnation;
    private boolean heardAny;
    private long heard;

    /** @param incarnation a number of this process's own */
    PeerFrames(long incarnation) {
        this.incarnation = incarnation;
    }

    /** A way to the peer has come up: if it is another process than before, its first frame there says so. */
    void restart(Object path) {
        newest = path;
    }

    /** The process at the other end, by the number it gave itself; 0 before its first frame. */
    long heardIncarnation() {
        return heardIncarnation;
    }

    /** Takes the numbering off; false where this is a copy, or of a process that is no more. */
    boolean accept(Object from, ByteBuffer payload) {
        if (payload.remaining() < NUMBERING) {
            return false;
        }
        long of = payload.getLong();
        long number = payload.getLong();
        if (!heardAny || of != heardIncarnation) {
            if (heardAny && from != newest) {
                return false;
            }
            heardAny = true;
            heardIncarnation = of;
            heard = number;
            return true;
        }
        if (number - heard <= 0) {
            return false;
        }
        heard = number;
        return true;
    }

    byte[] empty() {
        return numbered(0).array();
    }

    byte[] about(VirtualRouter router) {
        byte[] news = RouterNews.encode(List.of(RouterNews.of(router)));
        return numbered(news.length).put(news).array();
    }

    /** All routers, in as many frames as they need; those beyond the last are left to plain VRRP. */
    List<byte[]> status(List<VirtualRouter> routers, int silenceMs) {
        List<byte[]> frames = new ArrayList<>();
        int parts = Math.max(
                1, Math.min(MAX_PARTS, (routers.size() + RouterNews.MAX_ROUTERS - 1) / RouterNews.MAX_ROUTERS));
        for (int part = 0; part < parts; part++) {
            int from = part * RouterNews.MAX_ROUTERS;
            int to = Math.min(routers.size(), from + RouterNews.MAX_ROUTERS);
            List<RouterNews> some = new ArrayList<>(to - from);
            for (int i = from; i < to; i++) {
                some.add(RouterNews.of(routers.get(i)));
            }
            byte[] news = RouterNews.encode(some);
            frames.add(numbered(4 + news.length)
                    .putShort((short) silenceMs)
                    .put((byte) part)
                    .put((byte) parts)
                    .put(news)
                    .array());
        }
        return frames;
    }

    private ByteBuffer numbered(int length) {
        return ByteBuffer.allocate(NUMBERING + length).putLong(incarnation).putLong(++sent);
    }
}
