// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.link;

import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.vrrp.router.VirtualRouter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a peer says about one of its virtual routers.
 *
 * <pre>
 * u8 vrid | u8 priority | u8 standing | u8 length, first virtual address | u8 length, source address (0: none)
 * </pre>
 *
 * @param first its first virtual address: with the VRID it tells which router is meant, whatever the interfaces are called
 * @param standing {@link #READY}, {@link #HELD}, {@link #ACTIVE} or {@link #UNABLE}
 * @param source what its advertisements come from
 */
record RouterNews(int vrid, InetAddress first, int priority, int standing, @Nullable InetAddress source) {
    /** May be asked to take the addresses. */
    static final int READY = 1;

    /** Has them. */
    static final int ACTIVE = 2;

    /** May be asked to take them, but does not preempt: not warm, or drained. */
    static final int HELD = 3;

    /** In fault, or not started. */
    static final int UNABLE = 0;

    static final int MAX_ROUTERS = 64;

    static RouterNews of(VirtualRouter router) {
        int standing =
                switch (router.state()) {
                    case ACTIVE -> ACTIVE;
                    case BACKUP -> router.isPreemptionHeld() ? HELD : READY;
                    case FAULT, INITIALIZE -> UNABLE;
                };
        return new RouterNews(
                router.config().vrid(), first(router.config()), router.priority(), standing, router.source());
    }

    /** Whether it speaks of this router. */
    boolean isAbout(VirtualRouterConfig config) {
        return config.vrid() == vrid && first(config).equals(first);
    }

    static byte[] encode(List<RouterNews> all) {
        ByteBuffer out = ByteBuffer.allocate(1 + all.size() * 37);
        out.put((byte) all.size());
        for (RouterNews news : all) {
            out.put((byte) news.vrid).put((byte) news.priority).put((byte) news.standing);
            put(out, news.first);
            put(out, news.source);
        }
        byte[] bytes = new byte[out.position()];
        out.get(0, bytes);
        return bytes;
    }

    /** Reads a list, as far as it is well-formed; anything after that is left out. */
    static List<RouterNews> decode(ByteBuffer in) {
        List<RouterNews> all = new ArrayList<>();
        int count = in.hasRemaining() ? Math.min(in.get() & 0xff, MAX_ROUTERS) : 0;
        for (int i = 0; i < count && in.remaining() >= 5; i++) {
            int vrid = in.get() & 0xff;
            int priority = in.get() & 0xff;
            int standing = in.get() & 0xff;
            InetAddress first = address(in);
            InetAddress source = address(in);
            if (first == null) {
                break;
            }
            all.add(new RouterNews(vrid, first, priority, standing, source));
        }
        return all;
    }

    private static InetAddress first(VirtualRouterConfig config) {
        return config.addresses().get(0).address();
    }

    private static void put(ByteBuffer out, @Nullable InetAddress address) {
        byte[] bytes = address == null ? new byte[0] : address.getAddress();
        out.put((byte) bytes.length).put(bytes);
    }

    private static @Nullable InetAddress address(ByteBuffer in) {
        int length = in.hasRemaining() ? in.get() & 0xff : 0;
        if ((length != 4 && length != 16) || in.remaining() < length) {
            return null;
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
