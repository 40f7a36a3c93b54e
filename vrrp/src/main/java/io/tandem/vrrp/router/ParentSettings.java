// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How interfaces below macvlans speak ARP, while there are macvlans above them.
 *
 * <p>{@code arp_ignore} 1: the parent answers for its own addresses only, so that a virtual address is answered with the
 * virtual router's MAC alone. {@code arp_announce} 2: what the parent asks, it asks in its own name, for a question in the
 * virtual address's name would teach neighbours the parent's MAC. What was there before comes back with the last macvlan;
 * {@link #describe} writes it down on the macvlan, for a successor of a process that died.
 *
 * <p>Owned by the reactor's thread.
 */
final class ParentSettings {
    private static final int IGNORE = 1;
    private static final int ANNOUNCE = 2;
    private static final Pattern DESCRIPTION = Pattern.compile("arp_ignore=(\\d) arp_announce=(\\d)");

    /** What was there before, and how many macvlans there are. */
    private static final class Before {
        final int ignore;
        final int announce;
        int users;

        Before(int ignore, int announce) {
            this.ignore = ignore;
            this.announce = announce;
        }
    }

    private final Map<String, Before> parents = new HashMap<>();
    private Set<String> planned = Set.of();

    /**
     * Which interfaces macvlans are to be above.
     *
     * @return whether that is news
     */
    boolean plan(Set<String> names) {
        boolean news = !planned.equals(names);
        planned = Set.copyOf(names);
        return news;
    }

    /** Whether the interface answers, or is about to answer, for its own addresses only. */
    boolean isPlanned(String name) {
        return planned.contains(name);
    }

    /** Takes note of what a predecessor found, by its {@link #describe}; before {@link #acquire}. */
    void inherit(String parent, String description) {
        Matcher matcher = DESCRIPTION.matcher(description);
        if (matcher.find() && !parents.containsKey(parent)) {
            parents.put(parent, new Before(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))));
        }
    }

    /** Brings back what a predecessor found, where no macvlan of ours is above the interface. */
    void restore(String parent, String description) {
        if (!parents.containsKey(parent)) {
            inherit(parent, description);
            release(parent);
        }
    }

    /** One more macvlan above the interface. */
    void acquire(String parent) {
        before(parent).users++;
        apply(parent);
    }

    /** Again, after the interface has been away. */
    void apply(String parent) {
        Before before = before(parent);
        Sysctl.write(ignore(parent), Math.max(IGNORE, before.ignore));
        Sysctl.write(announce(parent), Math.max(ANNOUNCE, before.announce));
    }

    /** One less; with the last everything is as it was. */
    void release(String parent) {
        Before before = parents.get(parent);
        if (before != null && --before.users <= 0) {
            parents.remove(parent);
            Sysctl.write(ignore(parent), before.ignore);
            Sysctl.write(announce(parent), before.announce);
        }
    }

    /** What was there before, in words that {@link #inherit} reads. */
    String describe(String parent) {
        Before before = before(parent);
        return "arp_ignore=" + before.ignore + " arp_announce=" + before.announce;
    }

    /** The commands that bring back what was before, as {@code path=value}. */
    String restoration(String parent) {
        Before before = before(parent);
        return ignore(parent) + "=" + before.ignore + " " + announce(parent) + "=" + before.announce;
    }

    private Before before(String parent) {
        return parents.computeIfAbsent(
                parent, name -> new Before(Sysctl.read(ignore(name), 0), Sysctl.read(announce(name), 0)));
    }

    private static String ignore(String parent) {
        return Sysctl.conf("ipv4", parent, "arp_ignore");
    }

    private static String announce(String parent) {
        return Sysctl.conf("ipv4", parent, "arp_announce");
    }
}
