// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.text.IpLiteral;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the lines of {@code virtual_ipaddress}: {@code 10.0.0.1/24 dev eth0 label eth0:1}. */
final class AddressReader {
    private static final Map<String, Integer> SCOPES =
            Map.of("global", 0, "universe", 0, "site", 200, "link", 253, "host", 254, "nowhere", 255);

    private final Findings findings;
    private final Values values;

    AddressReader(Findings findings) {
        this.findings = findings;
        this.values = new Values(findings);
    }

    /** The address, or null with a complaint. */
    @Nullable VirtualAddress read(Statement line) {
        String text = line.keyword();
        int slash = text.indexOf('/');
        InetAddress address = IpLiteral.parse(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            findings.error(line.origin(), "VRRP parsed invalid IP " + text + ". skipping IP...");
            return null;
        }
        int bits = address instanceof Inet4Address ? 32 : 128;
        int prefixLength = slash < 0 ? bits : values.prefixLength(line, text, slash, bits);
        Options options = new Options();
        readOptions(line, options);
        return new VirtualAddress(address, prefixLength, options.interfaceName, options.label, options.scope);
    }

    static AddressFamily familyOf(VirtualAddress address) {
        return address.address() instanceof Inet4Address ? AddressFamily.INET : AddressFamily.INET6;
    }

    private static final class Options {
        @Nullable String interfaceName;

        @Nullable String label;

        int scope;
    }

    private void readOptions(Statement line, Options options) {
        for (int i = 1; i <= line.parameters(); i++) {
            String option = line.parameter(i);
            switch (option) {
                case "dev" -> options.interfaceName = value(line, ++i);
                case "label" -> options.label = value(line, ++i);
                case "scope" -> options.scope = scope(line, ++i);
                case "brd", "broadcast" -> {
                    i++;
                    findings.noEffect(line.origin(), option, "the kernel derives the broadcast address");
                }
                case "preferred_lft" -> {
                    i++;
                    findings.noEffect(line.origin(), option, "it keeps the lifetimes of its addresses itself");
                }
                case "-nodad", "home", "mngtmpaddr", "noprefixroute", "autojoin", "no_track" ->
                    findings.noEffect(
                            line.origin(),
                            option,
                            "its virtual addresses need no duplicate address detection and make no routes");
                case "peer", "use_vmac", "track_group" -> {
                    i++;
                    findings.unsupported(line.origin(), option);
                }
                default -> findings.error(line.origin(), "unknown option '" + option + "' for " + line.keyword());
            }
        }
    }

    private @Nullable String value(Statement line, int index) {
        if (index > line.parameters()) {
            findings.error(
                    line.origin(), "option '" + line.parameter(index - 1) + "' of " + line.keyword() + " has no value");
            return null;
        }
        return line.parameter(index);
    }

    private int scope(Statement line, int index) {
        String text = line.parameter(index);
        Integer known = SCOPES.get(text);
        if (known != null) {
            return known;
        }
        if (text.matches("\\d{1,3}") && Integer.parseInt(text) <= 255) {
            return Integer.parseInt(text);
        }
        findings.error(line.origin(), "Invalid scope '" + text + "' specified for " + line.keyword());
        return 0;
    }
}
