// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.vrrp.netlink.NetlinkException;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;

/**
 * Routes or rules that are on together: in their order, off against it. A refusal is said once, and again when the thing has
 * stood meanwhile.
 *
 * <p>Owned by the reactor's thread.
 */
final class Upkeep<T> {
    /** How the kernel gets one. Both answer 0 or an errno, and 0 for what is so already. */
    interface Kernel<T> {
        int add(T item);

        int remove(T item);
    }

    private final String kind;
    private final String owner;
    private final List<T> items;
    private final Kernel<T> kernel;
    private final EventLog log;
    private final Predicate<T> isTracked;
    private final BitSet refused = new BitSet();
    /** Those that were put on. */
    private final BitSet stood = new BitSet();

    /**
     * @param kind such as {@code route}
     * @param owner whose they are, such as {@code vrid=51}
     * @param isTracked whether one is put back when somebody removes it; otherwise it stays away until {@link #install}
     */
    Upkeep(String kind, String owner, List<T> items, Predicate<T> isTracked, Kernel<T> kernel, EventLog log) {
        this.kind = kind;
        this.owner = owner;
        this.items = items;
        this.isTracked = isTracked;
        this.kernel = kernel;
        this.log = log;
    }

    /** Puts all on. */
    void install() {
        stood.clear();
        renew();
    }

    /** Puts on what is missing. */
    void renew() {
        for (int i = 0; i < items.size(); i++) {
            T item = items.get(i);
            if (stood.get(i) && !isTracked.test(item)) {
                continue;
            }
            int errno = kernel.add(item);
            if (errno == 0) {
                refused.clear(i);
                stood.set(i);
            } else if (!refused.get(i)) {
                refused.set(i);
                say("add", i, errno);
            }
        }
    }

    void remove() {
        removeExcept(List.of());
    }

    /** Takes off all but those that a successor wants as well. */
    void removeExcept(List<T> kept) {
        for (int i = items.size() - 1; i >= 0; i--) {
            T item = items.get(i);
            int errno = kept.contains(item) ? 0 : kernel.remove(item);
            if (errno != 0) {
                say("remove", i, errno);
            }
        }
        refused.clear();
    }

    List<T> items() {
        return items;
    }

    private void say(String what, int i, int errno) {
        log.warning("vrrp " + kind + "-refused " + owner + " " + kind + "=\"" + items.get(i) + "\" operation=" + what
                + ": " + new NetlinkException("netlink", errno).getMessage());
    }
}
