// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.OwnInterface;
import io.tandem.config.model.OwnInterface.Kind;
import io.tandem.config.text.IpLiteral;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code use_vmac}, {@code use_ipvlan} and what goes with them. */
final class OwnInterfaceKeywords {
    private static final Pattern NAME = Pattern.compile("[^\\s/:]{1,15}");
    private static final Pattern MAC = Pattern.compile("(?:[0-9a-fA-F]{2}:){4,5}[0-9a-fA-F]{2}");
    private static final String RFC = "00:00:5e:00:0";
    private static final List<String> MODES = List.of("bridge", "private", "vepa");

    private final Findings findings;

    OwnInterfaceKeywords(Findings findings) {
        this.findings = findings;
    }

    /** What the lines said. */
    static final class Draft {
        boolean vmac;
        boolean ipvlan;
        boolean advertiseByParent;
        boolean everywhere;

        @Nullable String name;

        @Nullable String mac;

        @Nullable InetAddress source;

        int mode;
    }

    void addTo(Keywords<InstanceDraft> keywords) {
        keywords.on("use_vmac", (draft, s) -> vmac(draft.own, s))
                .on("vmac_xmit_base", (draft, s) -> draft.own.advertiseByParent = true)
                .on("use_vmac_addr", (draft, s) -> draft.own.everywhere = true)
                .on("use_ipvlan", (draft, s) -> ipvlan(draft, s));
    }

    private void vmac(Draft own, Statement s) {
        own.vmac = true;
        for (int i = 1; i <= s.parameters(); i++) {
            String word = s.parameter(i);
            if (MAC.matcher(word).matches()) {
                if (word.toLowerCase(Locale.ROOT).startsWith(RFC)) {
                    findings.error(
                            s.origin(), "VMAC MAC address not allowed to be RFC5798 address (" + word + ") - ignoring");
                } else {
                    own.mac = word.toLowerCase(Locale.ROOT);
                }
            } else if (own.name != null) {
                findings.error(s.origin(), "VMAC interface name already specified");
                return;
            } else if (NAME.matcher(word).matches()) {
                own.name = word;
            } else {
                findings.error(
                        s.origin(), "VMAC interface name '" + word + "' too long or invalid characters - ignoring");
            }
        }
    }

    private void ipvlan(InstanceDraft draft, Statement s) {
        Draft own = draft.own;
        own.ipvlan = true;
        for (int i = 1; i <= s.parameters(); i++) {
            String word = s.parameter(i);
            int slash = word.indexOf('/');
            InetAddress address = IpLiteral.parse(slash < 0 ? word : word.substring(0, slash));
            if (MODES.contains(word)) {
                own.mode = MODES.indexOf(word);
            } else if (address != null) {
                own.source = address;
            } else if (own.name != null) {
                findings.error(
                        s.origin(),
                        "(" + draft.name + ") IPVLAN interface already specified - ignoring '" + word + "'");
            } else if (NAME.matcher(word).matches()) {
                own.name = word;
            } else {
                findings.error(s.origin(), "(" + draft.name + ") ipvlan interface name '" + word + "' too long");
            }
        }
    }

    /** What they come to, with the rest of the instance. */
    @Nullable OwnInterface finish(InstanceDraft draft, AddressFamily family, String tag) {
        Draft own = draft.own;
        if (!own.vmac && !own.ipvlan) {
            if (own.advertiseByParent) {
                findings.error(draft.origin, tag + "vmac_xmit_base is only valid with a vmac");
            }
            return null;
        }
        if (!own.vmac) {
            return ipvlan(draft, family, tag);
        }
        if (!draft.unicastPeers.isEmpty() && !own.advertiseByParent) {
            findings.error(draft.origin, tag + "unicast with use_vmac requires vmac_xmit_base - setting");
            own.advertiseByParent = true;
        }
        String mac = own.mac;
        if (mac != null && mac.length() < 17) {
            mac = mac + String.format(Locale.ROOT, ":%02x", draft.vrid);
        }
        return new OwnInterface(Kind.MACVLAN, own.name, mac, own.advertiseByParent, own.everywhere, null, 0);
    }

    private @Nullable OwnInterface ipvlan(InstanceDraft draft, AddressFamily family, String tag) {
        Draft own = draft.own;
        if (own.source == null && family == AddressFamily.INET) {
            findings.broken(
                    draft.origin,
                    tag + "IPv4 ipvlan requires a source ip address to be configured. setting instance to fault state",
                    "use_ipvlan ipvlan0 10.0.0.7");
            return null;
        }
        if (own.source != null && own.source instanceof Inet4Address != (family == AddressFamily.INET)) {
            findings.broken(draft.origin, tag + "ipvlan source address is of another family", null);
            return null;
        }
        return new OwnInterface(Kind.IPVLAN, own.name, null, own.advertiseByParent, false, own.source, own.mode);
    }
}
