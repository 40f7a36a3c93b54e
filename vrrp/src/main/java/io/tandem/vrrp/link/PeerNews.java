// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.link;

import io.tandem.vrrp.election.Event;
import io.tandem.vrrp.router.VirtualRouter;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a peer has told of its virtual routers, and the way of such news into the elections here. Reactor's thread. */
final class PeerNews {
    private final List<VirtualRouter> routers;
    private List<RouterNews> known = List.of();
    private final List<RouterNews> arriving = new ArrayList<>();
    private int nextPart;

    /** @param routers this node's; the list may change, on the reactor's thread */
    PeerNews(List<VirtualRouter> routers) {
        this.routers = routers;
    }

    /** Makes an election's event for a peer, which is known there by the source of its advertisements. */
    interface EventOfPeer {
        Event of(InetAddress peer);
    }

    List<VirtualRouter> routers() {
        return routers;
    }

    boolean isEmpty() {
        return known.isEmpty();
    }

    boolean speaksFor(VirtualRouter router, InetAddress source) {
        RouterNews news = about(router);
        return news != null && source.equals(news.source());
    }

    @Nullable RouterNews about(VirtualRouter router) {
        for (int i = 0; i < known.size(); i++) {
            if (known.get(i).isAbout(router.config())) {
                return known.get(i);
            }
        }
        return null;
    }

    /** Part, parts, and a list; once the last part is there, the routers learn what has changed. */
    void learn(ByteBuffer payload, long nowNs) {
        int part = payload.get() & 0xff;
        int parts = payload.get() & 0xff;
        if (part == 0) {
            arriving.clear();
            nextPart = 0;
        }
        if (part != nextPart || part >= parts) {
            return;
        }
        nextPart++;
        arriving.addAll(RouterNews.decode(payload));
        if (nextPart == parts) {
            replace(List.copyOf(arriving), nowNs);
        }
    }

    private void replace(List<RouterNews> news, long nowNs) {
        List<RouterNews> before = known;
        known = news;
        for (RouterNews old : before) {
            if (news.stream()
                    .noneMatch(now -> now.vrid() == old.vrid() && now.first().equals(old.first()))) {
                deliver(old, Event.PeerLeft::new, nowNs);
            }
        }
        for (RouterNews now : news) {
            if (now.standing() == RouterNews.UNABLE) {
                deliver(now, Event.PeerLeft::new, nowNs);
            } else {
                deliver(now, peer -> new Event.PeerSeen(peer, now.priority()), nowNs);
            }
        }
    }

    /** The payload names routers: tells each. */
    void tell(ByteBuffer payload, EventOfPeer event, long nowNs) {
        RouterNews.decode(payload).forEach(news -> deliver(news, event, nowNs));
    }

    /** Nothing is known any more. */
    void forget(EventOfPeer event, long nowNs) {
        List<RouterNews> all = known;
        known = List.of();
        all.forEach(news -> deliver(news, event, nowNs));
    }

    private void deliver(RouterNews news, EventOfPeer event, long nowNs) {
        InetAddress source = news.source();
        if (source == null) {
            return;
        }
        for (int i = 0; i < routers.size(); i++) {
            VirtualRouter router = routers.get(i);
            if (news.isAbout(router.config())) {
                router.deliver(event.of(source), nowNs);
            }
        }
    }
}
