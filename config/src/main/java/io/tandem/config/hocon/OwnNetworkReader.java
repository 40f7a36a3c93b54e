// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.hocon;

import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import io.tandem.config.keepalived.RouteSyntax;
import io.tandem.config.model.OwnInterface;
import io.tandem.config.model.OwnInterface.Kind;
import io.tandem.config.model.StaticNetwork;
import io.tandem.config.model.VirtualAddress.Options;
import io.tandem.config.model.VirtualRouterConfigBuilder;
import io.tandem.config.text.IpLiteral;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a virtual router has of the kernel's besides its addresses: {@code vmac}, {@code ipvlan}, {@code routes} and
 * {@code rules}; and the options of an address.
 */
final class OwnNetworkReader {
    private static final Pattern NAME = Pattern.compile("[^\\s/:]{1,15}");
    private static final Pattern MAC = Pattern.compile("(?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}");
    private static final List<String> MODES = List.of("bridge", "private", "vepa");
    private static final int MOST_SECONDS = 0x7fff_ffff;
    private static final Map<String, Integer> FLAGS = Map.of(
            "home",
            Options.HOME,
            "mngtmpaddr",
            Options.MANAGE_TEMPORARY,
            "noprefixroute",
            Options.NO_PREFIX_ROUTE,
            "autojoin",
            Options.JOIN_GROUPS,
            "dad",
            Options.DETECT_DUPLICATES);

    private final Settings settings;

    OwnNetworkReader(Settings settings) {
        this.settings = settings;
    }

    void read(VirtualRouterConfigBuilder router, boolean unicast) {
        RouteSyntax syntax = new RouteSyntax();
        OwnInterface own = ownInterface();
        if (unicast && own != null && own.kind() == Kind.MACVLAN && !own.advertiseByParent()) {
            settings.wrong(
                    "vmac",
                    "with unicast leaves the advertisements to the interface below",
                    "vmac { advertise-by-interface = true }");
        }
        router.ownInterface(own)
                .routes(lines("routes", "10.1.0.0/16 via 10.0.0.1", syntax::route, syntax))
                .rules(lines("rules", "from 10.1.0.0/16 table 100 priority 1000", syntax::rule, syntax));
    }

    /** Reads {@code vrrp.static}. */
    static StaticNetwork statics(@Nullable Settings block, Path directory) {
        if (block == null) {
            return StaticNetwork.NONE;
        }
        OwnNetworkReader reader = new OwnNetworkReader(block);
        RouteSyntax syntax = new RouteSyntax();
        StaticNetwork read = new StaticNetwork(
                new RouterReader("", block, "", directory).virtualAddresses("addresses"),
                reader.lines("routes", "10.1.0.0/16 via 10.0.0.1", syntax::route, syntax),
                reader.lines("rules", "from 10.1.0.0/16 table 100 priority 1000", syntax::rule, syntax));
        if (read.addresses().stream().anyMatch(address -> address.interfaceName() == null)) {
            block.wrong(
                    "addresses",
                    "hold one without an interface",
                    "addresses = [ { address = \"10.0.0.7/24\", interface = eth0 } ]");
        }
        block.rejectUnknown();
        return read;
    }

    /** The options of an address, beside its interface, label and scope. */
    static Options options(Settings element) {
        int flags = 0;
        for (String flag : element.strings("flags", "[ noprefixroute ]")) {
            Integer known = FLAGS.get(flag);
            if (known == null) {
                element.wrong("flags", "holds \"" + flag + "\", which is none of " + FLAGS.keySet(), null);
            } else {
                flags |= known;
            }
        }
        return new Options(
                element.address("peer", "10.0.0.2"),
                element.address("broadcast", "10.0.0.255"),
                flags,
                element.has("preferred-seconds")
                        ? element.integer("preferred-seconds", 0, 0, MOST_SECONDS)
                        : Options.FOREVER,
                element.bool("restore", true),
                element.bool("vmac", false));
    }

    private <T> List<T> lines(String key, String example, Function<String, Optional<T>> reader, RouteSyntax syntax) {
        List<T> read = new ArrayList<>();
        for (ConfigValue value : settings.list(key)) {
            String line = settings.scalar(key, value, "[ \"" + example + "\" ]");
            Optional<T> one = line == null ? Optional.empty() : reader.apply(line);
            if (one.isPresent()) {
                read.add(one.get());
            } else if (line != null) {
                List<String> complaints = syntax.complaints();
                settings.wrong(
                        key, value, "is none: " + String.join("; ", complaints), key + " = [ \"" + example + "\" ]");
            }
        }
        return read;
    }

    private @Nullable OwnInterface ownInterface() {
        OwnInterface ipvlan = ipvlan(isBlock("ipvlan") ? settings.child("ipvlan") : null);
        if (!settings.has("vmac")) {
            return ipvlan;
        }
        if (ipvlan != null) {
            settings.wrong("vmac", "is given beside ipvlan: which of them counts?", null);
        }
        if (!isBlock("vmac")) {
            return settings.bool("vmac", false) ? OwnInterface.VMAC : null;
        }
        Settings vmac = settings.child("vmac");
        return vmac == null ? null : vmac(vmac);
    }

    private boolean isBlock(String key) {
        return settings.has(key)
                && settings.list(key).stream().anyMatch(value -> value.valueType() == ConfigValueType.OBJECT);
    }

    private static OwnInterface vmac(Settings vmac) {
        String mac = vmac.string("mac", "02:00:00:00:01:33");
        if (mac != null && !MAC.matcher(mac).matches()) {
            vmac.wrong("mac", "is not a MAC address", "mac = \"02:00:00:00:01:33\"");
            mac = null;
        }
        OwnInterface read = new OwnInterface(
                Kind.MACVLAN,
                name(vmac),
                mac == null ? null : mac.toLowerCase(Locale.ROOT),
                vmac.bool("advertise-by-interface", false),
                vmac.bool("everywhere", false),
                null,
                0);
        vmac.rejectUnknown();
        return read;
    }

    private static @Nullable OwnInterface ipvlan(@Nullable Settings ipvlan) {
        if (ipvlan == null) {
            return null;
        }
        String mode = ipvlan.string("mode", "bridge");
        if (mode != null && !MODES.contains(mode)) {
            ipvlan.wrong("mode", "is none of bridge, private, vepa", "mode = bridge");
        }
        String address = ipvlan.string("address", "10.0.0.7");
        InetAddress source = address == null ? null : IpLiteral.parse(address);
        if (!(source instanceof Inet4Address)) {
            ipvlan.wrong("address", "is not the IPv4 address of the ipvlan", "address = 10.0.0.7");
        }
        OwnInterface read = new OwnInterface(
                Kind.IPVLAN,
                name(ipvlan),
                null,
                ipvlan.bool("advertise-by-interface", false),
                false,
                source,
                mode == null ? 0 : Math.max(0, MODES.indexOf(mode)));
        ipvlan.rejectUnknown();
        return read;
    }

    private static @Nullable String name(Settings settings) {
        String name = settings.string("name", "vrrp.51");
        if (name != null && !NAME.matcher(name).matches()) {
            settings.wrong("name", "is no name of an interface: up to 15 letters", "name = vrrp.51");
            return null;
        }
        return name;
    }
}
