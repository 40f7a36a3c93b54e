// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRoute;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRule;
import io.tandem.vrrp.netlink.AddressEntry;
import io.tandem.vrrp.netlink.AddressRequest;
import io.tandem.vrrp.netlink.Addresses;
import io.tandem.vrrp.netlink.Errno;
import io.tandem.vrrp.netlink.Netlink;
import io.tandem.vrrp.netlink.NetlinkBatch;
import io.tandem.vrrp.netlink.NetlinkException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The virtual addresses of one router on this host, its own interfaces and its {@linkplain RouteKeeper routes}: puts them
 * on, renews them, takes them off. All addresses go with one system call or a few.
 *
 * <p>Three guards keep a dead guardian from leaving an address behind. It {@linkplain Placement lives by} a
 * TUN device that vanishes with the process, unless it is link-local. Every address has a lifetime of {@value #LIFETIME_SECONDS} s, renewed three
 * times a second, so that a stopped process loses it too. What remains the {@link Reaper} takes away.
 *
 * <p>Owned by the reactor's thread.
 */
final class AddressKeeper implements AutoCloseable {
    /** Whole seconds are what the kernel knows; one would expire under a renewal that is late by a moment. */
    static final int LIFETIME_SECONDS = 2;

    private static final int KERNELS_METRIC = 256;
    private static final long RENEW_NS = 300_000_000L;
    private static final long SECOND_NS = 1_000_000_000L;

    private final Netlink netlink;
    private final ParentSettings settings;
    private final EventLog log;
    private final Set<InetAddress> dropped = new HashSet<>();
    private VirtualRouterConfig config;
    private OwnLinks own;
    private Placement placement;
    private RouteKeeper routes;
    private List<Place> places = List.of();
    private List<Place> stale = List.of();
    private Operation adding;
    private Operation removing;
    private boolean changed;
    private boolean installed;
    private long installedAtNs;
    private long renewAtNs = Reactor.NEVER;
    private long deprecateAtNs = Reactor.NEVER;

    AddressKeeper(
            Netlink netlink, Retirement retirement, ParentSettings settings, VirtualRouterConfig config, EventLog log) {
        this.netlink = netlink;
        this.settings = settings;
        this.config = config;
        this.log = log;
        this.own = new OwnLinks(netlink, retirement, settings, config, log);
        this.placement = new Placement(netlink, settings, config, own, log);
        this.routes = routes(config);
        this.adding = add(places, 0);
        this.removing = remove(places);
    }

    /** Takes a new configuration; {@link #prepare} and {@link #install} are to follow. What stays is not touched. */
    void use(VirtualRouterConfig newConfig) {
        RouteKeeper oldRoutes = routes;
        routes = routes(newConfig);
        if (installed) {
            oldRoutes.removeExcept(routes);
        }
        config = newConfig;
        dropped.clear();
        own = own.successor(newConfig);
        placement = placement.successor(newConfig, own);
    }

    private RouteKeeper routes(VirtualRouterConfig of) {
        return new RouteKeeper(netlink, of.routes(), of.rules(), log, "vrid=" + of.vrid());
    }

    /**
     * Decides where each address goes; again whenever an interface appears.
     *
     * @return what stands in the way, or null
     */
    @Nullable String prepare() {
        try {
            own.prepare();
            routes.prepare();
            List<Place> found = new ArrayList<>();
            placement.look();
            for (VirtualAddress address : (Iterable<VirtualAddress>) all()::iterator) {
                String missing = placement.missing(address);
                if (missing != null) {
                    return "interface " + missing + " does not exist";
                }
                found.add(placement.place(address));
            }
            settle(found);
            return null;
        } catch (NetlinkException e) {
            return e.getMessage();
        }
    }

    private void settle(List<Place> found) {
        changed = true;
        if (installed) {
            stale = Stream.concat(stale.stream(), places.stream())
                    .filter(old -> !old.hostsOwn())
                    .map(old -> old.without(found))
                    .filter(old -> old.onInterface() != null || old.onTun() != null || old.network() != null)
                    .toList();
        }
        places = found;
        rebuild(System.nanoTime());
    }

    private void rebuild(long nowNs) {
        List<Place> ours = places.stream()
                .filter(place -> !place.hostsOwn() && !dropped.contains(place.inet()))
                .toList();
        long age = installed ? (nowNs - installedAtNs) / SECOND_NS : 0;
        adding = add(ours, age);
        removing = remove(ours);
        deprecateAtNs = Reactor.NEVER;
        for (Place place : ours) {
            int preferred = place.address().options().preferredSeconds();
            if (installed && preferred > age) {
                long at = installedAtNs + preferred * SECOND_NS;
                deprecateAtNs = deprecateAtNs == Reactor.NEVER ? at : Math.min(deprecateAtNs, at);
            }
        }
    }

    /** Removes what an earlier process left behind; an owner's addresses are the host's own and stay. */
    void reconcile(Leftovers leftovers) {
        try {
            routes.prepare();
            routes.remove();
            leftovers.remove(netlink, settings, config, log);
        } catch (NetlinkException e) {
            log.warning(e.getMessage());
        }
    }

    /** Makes the virtual MACs this host's: what is sent from now on comes from them. */
    void assumeMac() {
        own.assume();
    }

    /**
     * Puts all addresses on.
     *
     * @return what was refused, or null
     */
    @Nullable String install(long nowNs) {
        if (!installed) {
            installed = true;
            installedAtNs = nowNs;
            if (!dropped.isEmpty()
                    || places.stream()
                            .anyMatch(place -> place.address().options().preferredSeconds() > 0)) {
                dropped.clear();
                rebuild(nowNs);
            }
        }
        renewAtNs = nextRenewalNs(nowNs);
        own.assume();
        String refused = adding.run();
        if (!stale.isEmpty()) {
            remove(stale).run();
            stale = List.of();
        }
        routes.install();
        return refused;
    }

    void remove() {
        installed = false;
        renewAtNs = Reactor.NEVER;
        deprecateAtNs = Reactor.NEVER;
        routes.remove();
        String refused = removing.run();
        if (!stale.isEmpty()) {
            remove(stale).run();
            stale = List.of();
        }
        own.release();
        if (refused != null) {
            log.warning(refused);
        }
    }

    boolean isInstalled() {
        return installed;
    }

    /** Whether neighbours that ask for the address are to be answered by this process now. */
    boolean answersFor(InetAddress address) {
        for (Place place : places) {
            if (installed && place.isAnsweredHere() && place.inet().equals(address)) {
                return !dropped.contains(address);
            }
        }
        return false;
    }

    /** Whether this router put the entry on: its loss is somebody else's doing. */
    boolean placed(AddressEntry entry) {
        for (Place place : places) {
            if (place.made(entry) && !place.hostsOwn() && !dropped.contains(place.inet())) {
                return true;
            }
        }
        return false;
    }

    /** Whether it is to be put back; where it is not ({@code no_track}), it stays away until the next takeover. */
    boolean putsBack(AddressEntry entry) {
        boolean tracked = places.stream()
                .filter(place -> place.made(entry))
                .allMatch(place -> place.address().options().tracked());
        if (!tracked && dropped.add(entry.address())) {
            rebuild(System.nanoTime());
        }
        return tracked;
    }

    long nextWakeNs() {
        return renewAtNs;
    }

    void onTime(long nowNs) {
        if (installed && nowNs - renewAtNs >= 0) {
            renewAtNs = nextRenewalNs(nowNs);
            if (deprecateAtNs != Reactor.NEVER && nowNs - deprecateAtNs >= 0) {
                rebuild(nowNs);
            }
            adding.run();
            routes.renew();
        }
    }

    /** At times that all routers have in common: they wake the guardian once for all of them. */
    private static long nextRenewalNs(long nowNs) {
        return nowNs + RENEW_NS - Math.floorMod(nowNs, RENEW_NS);
    }

    /** {@code vrrp.51} or {@code eth0}, for the status. */
    String description() {
        return places.isEmpty() ? config.interfaceName() : places.get(0).interfaceName();
    }

    /** Whether places have changed since this was asked last. */
    boolean hasChanged() {
        boolean was = changed;
        changed = false;
        return was;
    }

    /** What is to be done if this process dies with the addresses on. */
    Reaper.Task afterDeath() {
        List<String> four = new ArrayList<>();
        List<String> six = new ArrayList<>();
        List<String> sysctls = new ArrayList<>();
        for (VirtualLink link : own.all()) {
            if (!link.name().isEmpty()) {
                four.add("link del " + link.name());
                sysctls.add(settings.restoration(link.parent()));
            }
        }
        for (Place place : places) {
            if (place.onInterface() != null && !place.announced().ownInterface() && !place.hostsOwn()) {
                InetAddress address = place.inet();
                (address instanceof Inet4Address ? four : six)
                        .add("addr del " + address.getHostAddress() + "/"
                                + place.address().prefixLength() + " dev " + place.interfaceName());
            }
        }
        for (VirtualRoute route : config.routes()) {
            (route.family() == AddressFamily.INET ? four : six).add("route del " + route.toCommand());
        }
        for (VirtualRule rule : config.rules()) {
            (rule.family() == AddressFamily.INET ? four : six).add("rule del " + rule.toCommand());
        }
        return new Reaper.Task(four, six, sysctls);
    }

    List<Place> places() {
        return places;
    }

    OwnLinks own() {
        return own;
    }

    /** Adds and takes away an address nobody uses, so that the first takeover finds everything loaded and compiled. */
    void warmUp(InetAddress scratch) {
        if (places.isEmpty()) {
            return;
        }
        Place first = places.get(0);
        AddressRequest where = first.onTun() == null ? first.onInterface() : first.onTun();
        if (where == null) {
            return;
        }
        AddressRequest request = new AddressRequest(
                scratch,
                32,
                where.interfaceIndex(),
                null,
                254,
                0,
                LIFETIME_SECONDS,
                LIFETIME_SECONDS,
                Addresses.TAG,
                null,
                null);
        NetlinkBatch add = NetlinkBatch.builder().addAddress(request).build();
        NetlinkBatch remove = NetlinkBatch.builder().removeAddress(request).build();
        for (int i = 0; i < 200; i++) {
            netlink.submit(add, (position, errno) -> {});
            netlink.submit(remove, (position, errno) -> {});
        }
    }

    private Stream<VirtualAddress> all() {
        return Stream.concat(config.addresses().stream(), config.excludedAddresses().stream());
    }

    private Operation add(List<Place> of, long ageSeconds) {
        NetlinkBatch.Builder batch = NetlinkBatch.builder();
        List<Place> owners = new ArrayList<>();
        Set<Place.Network> networks = new HashSet<>();
        for (Place place : of) {
            AddressRequest onTun = place.onTun();
            AddressRequest onInterface = place.onInterface();
            if (onTun != null) {
                batch.addAddress(aged(onTun, place, ageSeconds));
                owners.add(place);
            }
            if (onInterface != null) {
                batch.addAddress(aged(onInterface, place, ageSeconds));
                owners.add(place);
            }
            if (onTun != null && onInterface != null) {
                batch.removeLocalRoute(place.inet(), onInterface.interfaceIndex());
                owners.add(place);
            }
            Place.Network network = place.network();
            if (network != null && networks.add(network)) {
                batch.addNetwork(network.address(), network.bits(), network.index(), metric(), LIFETIME_SECONDS);
                owners.add(place);
            }
        }
        return new Operation("add", "to", batch.build(), owners);
    }

    /** Behind the kernel's own routes to the networks of addresses, and no other router's. */
    private int metric() {
        return KERNELS_METRIC + config.vrid();
    }

    private static AddressRequest aged(AddressRequest request, Place place, long ageSeconds) {
        int preferred = place.address().options().preferredSeconds();
        return preferred > 0 && preferred <= ageSeconds ? request.deprecated() : request;
    }

    private Operation remove(List<Place> of) {
        NetlinkBatch.Builder batch = NetlinkBatch.builder();
        List<Place> owners = new ArrayList<>();
        Set<Place.Network> networks = new HashSet<>();
        for (Place place : of) {
            for (AddressRequest request : new AddressRequest[] {place.onTun(), place.onInterface()}) {
                if (request != null) {
                    batch.removeAddress(request);
                    owners.add(place);
                }
            }
            Place.Network network = place.network();
            if (network != null && networks.add(network)) {
                batch.removeNetwork(network.address(), network.bits(), network.index(), metric());
                owners.add(place);
            }
        }
        return new Operation("remove", "from", batch.build(), owners);
    }

    /** Requests made in advance; what is so already is no refusal. */
    private final class Operation implements NetlinkBatch.Refusals {
        private final String verb;
        private final String preposition;
        private final NetlinkBatch batch;
        private final List<Place> owners;
        private @Nullable String refused;

        Operation(String verb, String preposition, NetlinkBatch batch, List<Place> owners) {
            this.verb = verb;
            this.preposition = preposition;
            this.batch = batch;
            this.owners = owners;
        }

        /** What was refused, or null. */
        @Nullable String run() {
            refused = null;
            netlink.submit(batch, this);
            return refused;
        }

        @Override
        public void refused(int position, int errno) {
            boolean isSo = verb.equals("add")
                    // A local route that is gone; the network of an interface that is down.
                    ? errno == Errno.EEXIST || errno == Errno.ESRCH || errno == Errno.ENETDOWN
                    : errno == Errno.ESRCH || Addresses.isGone(errno);
            if (!isSo) {
                Place place = owners.get(position);
                refused = Addresses.refusal(
                                verb,
                                place.inet(),
                                place.address().prefixLength(),
                                preposition + " " + place.interfaceName(),
                                errno)
                        .getMessage();
            }
        }
    }

    /** Takes the addresses off first, where they are on. */
    @Override
    public void close() {
        if (installed) {
            remove();
        }
        own.close();
        placement.close();
    }
}
