// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.vrrp.netlink.InterfaceSettings;
import io.tandem.vrrp.netlink.Link;
import io.tandem.vrrp.netlink.Netlink;
import io.tandem.vrrp.netlink.NetlinkException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
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
    private final Netlink netlink;
    private final EventLog log;
    private Set<String> planned = Set.of();

    ParentSettings(Netlink netlink, EventLog log) {
        this.netlink = netlink;
        this.log = log;
    }

    /**
     * Which interfaces macvlans are to be above.
     *
     * @return those of which it was not known, or is true no more
     */
    Set<String> plan(Set<String> names) {
        Set<String> news = new HashSet<>(planned);
        news.addAll(names);
        news.removeIf(name -> planned.contains(name) && names.contains(name));
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
        write(parent, InterfaceSettings.ARP_IGNORE, Math.max(IGNORE, before.ignore));
        write(parent, InterfaceSettings.ARP_ANNOUNCE, Math.max(ANNOUNCE, before.announce));
    }

    /** One less; with the last everything is as it was. */
    void release(String parent) {
        Before before = parents.get(parent);
        if (before != null && --before.users <= 0) {
            parents.remove(parent);
            write(parent, InterfaceSettings.ARP_IGNORE, before.ignore);
            write(parent, InterfaceSettings.ARP_ANNOUNCE, before.announce);
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
                parent,
                name -> new Before(
                        read(name, InterfaceSettings.ARP_IGNORE), read(name, InterfaceSettings.ARP_ANNOUNCE)));
    }

    private int read(String parent, int setting) {
        try {
            Optional<Link> link = netlink.links().find(parent);
            return link.isEmpty() ? 0 : netlink.settings().read(link.get().index(), setting, 0);
        } catch (NetlinkException e) {
            log.warning(e.getMessage());
            return 0;
        }
    }

    private void write(String parent, int setting, int value) {
        try {
            Optional<Link> link = netlink.links().find(parent);
            int errno = link.isEmpty() ? 0 : netlink.settings().write(link.get().index(), setting, value);
            if (errno != 0) {
                log.warning(new NetlinkException("netlink: change how " + parent + " speaks ARP", errno).getMessage());
            }
        } catch (NetlinkException e) {
            log.warning(e.getMessage());
        }
    }

    private static String ignore(String parent) {
        return Sysctl.conf("ipv4", parent, "arp_ignore");
    }

    private static String announce(String parent) {
        return Sysctl.conf("ipv4", parent, "arp_announce");
    }
}
