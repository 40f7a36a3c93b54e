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
    private static final int MAX_LABEL = 15;
    private static final Map<String, Integer> SCOPES =
            Map.of("global", 0, "universe", 0, "site", 200, "link", 253, "host", 254, "nowhere", 255);

    private final Findings findings;
    private final KeepalivedHost host;
    private final Values values;

    AddressReader(Findings findings, KeepalivedHost host) {
        this.findings = findings;
        this.host = host;
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
        if (!readOptions(line, options)) {
            return null;
        }
        if (options.interfaceName != null && !host.hasInterface().test(options.interfaceName)) {
            findings.missingInterface(
                    line.origin(),
                    "WARNING - interface " + options.interfaceName + " for ip address " + text + " doesn't exist");
        }
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

    /** @return false, with a complaint, where the address is not to be used */
    private boolean readOptions(Statement line, Options options) {
        for (int i = 1; i <= line.parameters(); i++) {
            String option = line.parameter(i);
            switch (option) {
                case "dev" -> options.interfaceName = value(line, ++i);
                case "label" -> options.label = value(line, ++i);
                case "scope" -> options.scope = scope(line, ++i);
                case "brd", "broadcast" -> {
                    String broadcast = line.parameter(++i);
                    if (!broadcast.equals("+") && !broadcast.equals("-") && IpLiteral.parse(broadcast) == null) {
                        findings.error(
                                line.origin(),
                                "VRRP is trying to assign invalid broadcast " + broadcast + ". skipping VIP...");
                        return false;
                    }
                    findings.noEffect(line.origin(), option, "the kernel derives the broadcast address");
                }
                case "preferred_lft" -> {
                    String lifetime = line.parameter(++i);
                    if (!lifetime.equals("forever") && values.integer(line, i, 0, Integer.MAX_VALUE) == null) {
                        findings.error(line.origin(), "preferred_lft " + lifetime + " is invalid");
                    }
                    findings.noEffect(line.origin(), option, "it keeps the lifetimes of its addresses itself");
                }
                case "-nodad", "home", "mngtmpaddr", "noprefixroute", "autojoin", "no_track" ->
                    findings.noEffect(
                            line.origin(),
                            option,
                            "its virtual addresses need no duplicate address detection and make no routes");
                case "peer" -> {
                    String peer = line.parameter(++i);
                    if (IpLiteral.parse(peer.split("/", 2)[0]) == null) {
                        findings.error(line.origin(), "VRRP parsed invalid IP " + peer + ". skipping IP...");
                        findings.error(line.origin(), "Invalid peer address " + peer);
                        return false;
                    }
                    findings.unsupported(line.origin(), option);
                }
                case "use_vmac" -> findings.unsupported(line.origin(), option);
                default ->
                    findings.error(
                            line.origin(), "Unknown configuration entry '" + option + "' for ip address - ignoring");
            }
        }
        return options.label == null || isShort(line, options.label);
    }

    private boolean isShort(Statement line, String label) {
        if (label.length() > MAX_LABEL) {
            findings.error(
                    line.origin(),
                    "Address label " + label + " is longer than maximum length " + MAX_LABEL + " - removing address");
        }
        return label.length() <= MAX_LABEL;
    }

    private @Nullable String value(Statement line, int index) {
        if (index > line.parameters()) {
            findings.error(
                    line.origin(), "No " + line.parameter(index - 1) + " parameter specified for " + line.keyword());
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
        findings.error(line.origin(), "Invalid scope '" + text + "' specified for " + line.keyword() + " - ignoring");
        return 0;
    }
}
