// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.hocon;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.Again;
import io.tandem.config.model.VirtualRouterConfig.Announce;
import io.tandem.config.model.VirtualRouterConfig.Manners;
import io.tandem.config.model.VirtualRouterConfig.Pace;
import io.tandem.config.model.VirtualRouterConfig.Tuning;
import io.tandem.config.model.VirtualRouterConfigBuilder;
import io.tandem.config.text.IpLiteral;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads one block of {@code vrrp.routers}. */
final class RouterReader {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final int PASSWORD_MAX_BYTES = 8;
    private static final int MAX_ADDRESSES = 255;
    private static final Map<String, Integer> SCOPES = Map.of("global", 0, "site", 200, "link", 253, "host", 254);

    private final String name;
    private final Settings settings;
    private final String self;
    private final Path directory;

    RouterReader(String name, Settings settings, String self, Path directory) {
        this.name = name;
        this.settings = settings;
        this.self = self;
        this.directory = directory;
    }

    @Nullable VirtualRouterConfig read() {
        String interfaceName = settings.string("interface", "eth0");
        if (interfaceName == null) {
            settings.missing("interface", "eth0");
        }
        if (!settings.has("vrid")) {
            settings.missing("vrid", "51");
        }
        int vrid = settings.integer("vrid", 1, 1, 255);
        int version = settings.integer("version", 3, 2, 3);
        List<VirtualAddress> addresses = virtualAddresses("addresses");
        if (addresses.isEmpty()) {
            settings.missing("addresses", "[ \"10.0.0.100/24\" ]");
        }
        AddressFamily family = family(addresses, version);
        Settings unicast = settings.child("unicast");
        int priority = priority();
        boolean preempt = settings.bool("preempt", true);
        if (!preempt && priority == 255) {
            settings.warn("preempt", "is always true for the owner of the addresses (priority 255)", "preempt = true");
        }
        Duration advertInterval = advertInterval(version);
        String password = password(version);
        VirtualRouterConfigBuilder router = new VirtualRouterConfigBuilder(
                        name, interfaceName == null ? "" : interfaceName, vrid)
                .version(version)
                .family(family)
                .priority(priority)
                .advertInterval(advertInterval)
                .password(password)
                .admission(new AdmissionReader(settings, directory).read(password != null, advertInterval))
                .addresses(addresses)
                .excludedAddresses(virtualAddresses("excluded-addresses"))
                .preempt(preempt)
                .preemptDelay(
                        settings.duration("preempt-delay", Duration.ZERO, Duration.ZERO, Duration.ofSeconds(1000)))
                .multicastGroup(settings.address("multicast-group", "224.0.0.18"))
                .rfcChecksum(rfcChecksum())
                .tuning(tuning())
                .announce(announce(settings.child("announce")))
                .tracks(new TrackReader(settings.child("track")).read())
                .syncGroup(settings.string("sync-group", "G1"))
                .scripts(NotifyReader.read(settings.child("notify")));
        new OwnNetworkReader(settings).read(router, unicast != null);
        if (unicast != null) {
            readUnicast(unicast, router, family);
        } else {
            router.unicastSource(settings.address("multicast-source", "10.0.0.1"));
        }
        settings.rejectUnknown();
        return interfaceName == null ? null : router.build();
    }

    /** One number for all, or one for each member so that the file is the same on every node. */
    private int priority() {
        if (settings.list("priority").stream().noneMatch(value -> value.valueType() == ConfigValueType.OBJECT)) {
            return settings.integer("priority", 100, 1, 255);
        }
        Settings byMember = settings.child("priority");
        if (byMember == null) {
            return 100;
        }
        if (!byMember.has(self)) {
            byMember.missing(self, "100");
        }
        int own = 100;
        for (String member : byMember.names()) {
            int priority = byMember.integer(member, 100, 1, 255);
            own = member.equals(self) ? priority : own;
        }
        return own;
    }

    private Duration advertInterval(int version) {
        Duration interval = version == 2
                ? settings.duration("advert-interval", SECOND, SECOND, Duration.ofSeconds(255))
                : settings.duration("advert-interval", SECOND, Duration.ofMillis(10), Duration.ofMillis(40_950));
        Duration unit = version == 2 ? SECOND : Duration.ofMillis(10);
        if (interval.toNanos() % unit.toNanos() != 0) {
            settings.wrong(
                    "advert-interval",
                    version == 2
                            ? "is not in whole seconds, as version 2 wants it"
                            : "is not a multiple of 10 ms, as version 3 wants it",
                    version == 2 ? "advert-interval = 1s" : "advert-interval = 100ms");
            return SECOND;
        }
        return interval;
    }

    private @Nullable String password(int version) {
        String password = settings.string("password", "8bytes");
        String key = password == null ? "password-file" : "password";
        String fileName = settings.string("password-file", "vrrp.secret");
        if (fileName != null && password == null) {
            password = readPassword(directory.resolve(fileName));
        } else if (fileName != null) {
            settings.wrong("password-file", "is given beside a password: which of them counts?", null);
        }
        if (password == null) {
            return null;
        }
        if (version == 3) {
            settings.wrong(key, "has no meaning in VRRP version 3", "remove it, or set version = 2");
        } else if (password.isEmpty()
                || password.length() > PASSWORD_MAX_BYTES
                || !StandardCharsets.US_ASCII.newEncoder().canEncode(password)) {
            settings.wrong(key, "does not hold 1 to 8 ASCII characters: VRRP has room for no more", null);
        }
        return password;
    }

    private @Nullable String readPassword(Path file) {
        SecretFile.Fault fault = SecretFile.check(file, 1);
        if (fault != null) {
            settings.wrong("password-file", "is of no use: " + fault.text(), fault.remedy());
            return null;
        }
        try {
            return SecretFile.read(file);
        } catch (IOException e) {
            settings.wrong("password-file", "cannot be read", null);
            return null;
        }
    }

    List<VirtualAddress> virtualAddresses(String key) {
        List<VirtualAddress> addresses = new ArrayList<>();
        for (ConfigValue value : settings.list(key)) {
            VirtualAddress address = value instanceof ConfigObject object
                    ? virtualAddress(settings.element(key, object))
                    : virtualAddress(key, value, null, null, 0, VirtualAddress.Options.NONE);
            if (address != null) {
                addresses.add(address);
            }
        }
        if (addresses.size() > MAX_ADDRESSES) {
            settings.wrong(key, "holds more than " + MAX_ADDRESSES + " addresses", null);
        }
        return addresses;
    }

    private static @Nullable VirtualAddress virtualAddress(Settings element) {
        List<ConfigValue> address = element.list("address");
        String interfaceName = element.string("interface", "eth0");
        String label = element.string("label", "eth0:1");
        int scope = scope(element);
        VirtualAddress.Options options = OwnNetworkReader.options(element);
        element.rejectUnknown();
        if (address.size() != 1) {
            element.missing("address", "\"10.0.0.100/24\"");
            return null;
        }
        return new RouterReader("", element, "", Path.of("/"))
                .virtualAddress("address", address.get(0), interfaceName, label, scope, options);
    }

    /** As the kernel numbers them. */
    private static int scope(Settings element) {
        String word = element.string("scope", "global");
        Integer scope = word == null ? Integer.valueOf(0) : SCOPES.get(word);
        if (scope == null) {
            element.wrong("scope", "is none of global, site, link, host", "scope = global");
            return 0;
        }
        return scope;
    }

    private @Nullable VirtualAddress virtualAddress(
            String key,
            ConfigValue value,
            @Nullable String interfaceName,
            @Nullable String label,
            int scope,
            VirtualAddress.Options options) {
        String text = settings.scalar(key, value, "\"10.0.0.100/24\"");
        if (text == null) {
            return null;
        }
        int slash = text.indexOf('/');
        InetAddress address = IpLiteral.parse(slash < 0 ? text : text.substring(0, slash));
        int bits = address instanceof Inet4Address ? 32 : 128;
        int prefix = slash < 0 ? bits : prefixLength(text.substring(slash + 1), bits);
        if (address == null || prefix < 0) {
            settings.wrong(key, value, "is not an IP address with an optional prefix length", "\"10.0.0.100/24\"");
            return null;
        }
        return new VirtualAddress(address, prefix, interfaceName, label, scope, options);
    }

    private static int prefixLength(String text, int bits) {
        return text.matches("\\d{1,3}") && Integer.parseInt(text) <= bits ? Integer.parseInt(text) : -1;
    }

    private AddressFamily family(List<VirtualAddress> addresses, int version) {
        List<AddressFamily> families = addresses.stream()
                .map(virtual -> AddressFamily.of(virtual.address()))
                .distinct()
                .toList();
        if (families.size() > 1) {
            settings.wrong(
                    "addresses",
                    "mix IPv4 and IPv6, which one virtual router cannot advertise",
                    "move those of one family to excluded-addresses or to a router of their own");
        }
        AddressFamily family = families.isEmpty() ? AddressFamily.INET : families.get(0);
        if (family == AddressFamily.INET6 && version == 2) {
            settings.wrong("version", "cannot carry IPv6 addresses", "version = 3");
        }
        return family;
    }

    private static void readUnicast(Settings unicast, VirtualRouterConfigBuilder router, AddressFamily family) {
        InetAddress source = unicast.address("source", "10.0.0.1");
        List<InetAddress> peers = unicast.addresses("peers", "10.0.0.2");
        if (peers.isEmpty()) {
            unicast.missing("peers", "[ 10.0.0.2 ]");
        }
        boolean isIpv4 = family == AddressFamily.INET;
        if (peers.stream().anyMatch(peer -> peer instanceof Inet4Address != isIpv4)
                || (source != null && source instanceof Inet4Address != isIpv4)) {
            unicast.wrong("peers", "and source are not of the same family as the addresses", null);
        }
        router.unicastSource(source).unicastPeers(peers);
        // Read elsewhere.
        unicast.has("min-ttl");
        unicast.has("max-ttl");
        unicast.has("ttl");
        unicast.rejectUnknown();
    }

    private boolean rfcChecksum() {
        String checksum = settings.string("checksum", "pseudo-header");
        if (checksum != null && !"pseudo-header".equals(checksum) && !"rfc9568".equals(checksum)) {
            settings.wrong(
                    "checksum", "is neither pseudo-header (as keepalived) nor rfc9568", "checksum = pseudo-header");
        }
        return "rfc9568".equals(checksum);
    }

    private Tuning tuning() {
        return new Tuning(
                settings.integer("down-adverts", Tuning.DEFAULT.downAdverts(), 1, 100),
                settings.bool("answer-lower-priority", Tuning.DEFAULT.answerLowerPriority()),
                settings.bool("check-unicast-source", Tuning.DEFAULT.checkUnicastSource()),
                manners());
    }

    private Manners manners() {
        Settings unicast = settings.child("unicast");
        return new Manners(
                settings.bool("accept", Manners.USUAL.accepts()),
                unicast == null
                        ? Manners.USUAL.unicastTtl()
                        : unicast.integer("ttl", Manners.USUAL.unicastTtl(), 0, 255),
                settings.bool("mind-interface", Manners.USUAL.minding()),
                settings.bool("answer-higher-priority", Manners.USUAL.answersHigher()),
                settings.bool("owner-ignores-adverts", Manners.USUAL.ownerIgnores()),
                false);
    }

    private static Announce announce(@Nullable Settings announce) {
        if (announce == null) {
            return Announce.DEFAULT;
        }
        Duration day = Duration.ofDays(1);
        Announce read = new Announce(
                announce.integer("repeat", Announce.DEFAULT.repeat(), 1, 255),
                announce.duration("delay", Announce.DEFAULT.delay(), Duration.ZERO, day),
                announce.duration("refresh", Announce.DEFAULT.refresh(), Duration.ZERO, day),
                announce.integer("refresh-repeat", Announce.DEFAULT.refreshRepeat(), 1, 255),
                again(announce.child("again"), day),
                new Pace(
                        announce.duration("interval", Duration.ZERO, Duration.ZERO, SECOND),
                        announce.duration("neighbor-interval", Duration.ZERO, Duration.ZERO, SECOND),
                        announce.string("pace-group", "switch1")),
                announce.duration("elsewhere", Duration.ZERO, Duration.ZERO, day),
                announce.bool("everywhere", false));
        announce.rejectUnknown();
        return read;
    }

    private static @Nullable Again again(@Nullable Settings again, Duration day) {
        if (again == null) {
            return null;
        }
        Again read = new Again(
                again.integer("repeat", Announce.DEFAULT.repeat(), 1, 255),
                again.duration("delay", Announce.DEFAULT.delay(), Duration.ZERO, day));
        again.rejectUnknown();
        return read;
    }
}
