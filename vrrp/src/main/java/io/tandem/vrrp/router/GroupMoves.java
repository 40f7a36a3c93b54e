// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.vrrp.election.Event;
import io.tandem.vrrp.election.StateChange;
import io.tandem.vrrp.election.SyncGroup;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Tells the members of a sync group of each other, as soon as one is done and before anything else happens, and everything
 * to the listener of all. Owned by the reactor's thread.
 */
final class GroupMoves implements VirtualRouter.StateListener {
    private final List<VirtualRouter> routers;
    private final VirtualRouter.StateListener listener;
    private final Queue<News> news = new ArrayDeque<>();
    private boolean telling;

    private record News(VirtualRouter router, Event event) {}

    /** @param routers all there are, at any time */
    GroupMoves(List<VirtualRouter> routers, VirtualRouter.StateListener listener) {
        this.routers = routers;
        this.listener = listener;
    }

    @Override
    public void onState(VirtualRouter router, StateChange change) {
        tellOthers(router, SyncGroup.follow(change));
        listener.onState(router, change);
    }

    @Override
    public void onFault(VirtualRouter router, Event event) {
        tellOthers(router, SyncGroup.follow(router.config().name(), event));
    }

    @Override
    public void onPriority(VirtualRouter router) {
        listener.onPriority(router);
    }

    @Override
    public void onLowerPriority(VirtualRouter router) {
        listener.onLowerPriority(router);
    }

    @Override
    public void onDeleted(VirtualRouter router) {
        listener.onDeleted(router);
    }

    private void tellOthers(VirtualRouter router, @Nullable Event event) {
        String group = router.config().syncGroup();
        if (group != null && event != null) {
            for (VirtualRouter other : routers) {
                if (other != router && group.equals(other.config().syncGroup())) {
                    news.add(new News(other, event));
                }
            }
        }
    }

    @Override
    public void onDelivered(long nowNs) {
        if (telling) {
            return;
        }
        telling = true;
        for (News next = news.poll(); next != null; next = news.poll()) {
            next.router().deliver(next.event(), nowNs);
        }
        telling = false;
    }
}
