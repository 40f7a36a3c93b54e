// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

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
        if (!readOptions(line, options, address)) {
            return null;
        }
        if (options.interfaceName != null && !host.hasInterface().test(options.interfaceName)) {
            findings.missingInterface(
                    line.origin(),
                    "WARNING - interface " + options.interfaceName + " for ip address " + text + " doesn't exist");
        }
        return new VirtualAddress(
                address,
                prefixLength,
                options.interfaceName,
                options.label,
                options.scope,
                new VirtualAddress.Options(
                        options.peer,
                        options.broadcast == null ? null : broadcast(options.broadcast, address, prefixLength),
                        options.flags,
                        // A source address of a single host serves nobody but its own answers.
                        options.preferred != null
                                ? options.preferred
                                : bits == 128 && prefixLength == 128 ? 0 : VirtualAddress.Options.FOREVER,
                        options.tracked,
                        options.ownInterface));
    }

    private static final class Options {
        @Nullable String interfaceName;

        @Nullable String label;

        int scope;

        @Nullable String broadcast;

        @Nullable InetAddress peer;

        @Nullable Integer preferred;

        int flags;
        boolean tracked = true;
        boolean ownInterface;
    }

    /** @return false, with a complaint, where the address is not to be used */
    private boolean readOptions(Statement line, Options options, InetAddress address) {
        for (int i = 1; i <= line.parameters(); i++) {
            String option = line.parameter(i);
            switch (option) {
                case "dev" -> options.interfaceName = value(line, ++i);
                case "label" -> options.label = value(line, ++i);
                case "scope" -> options.scope = scope(line, ++i);
                case "brd", "broadcast" -> {
                    options.broadcast = value(line, ++i);
                    if (options.broadcast != null
                            && !options.broadcast.matches("[+-]")
                            && IpLiteral.parse(options.broadcast) == null) {
                        findings.error(
                                line.origin(),
                                "VRRP is trying to assign invalid broadcast " + options.broadcast
                                        + ". skipping VIP...");
                        return false;
                    }
                }
                case "preferred_lft" -> options.preferred = seconds(line, ++i);
                case "-nodad" -> options.flags |= VirtualAddress.Options.DETECT_DUPLICATES;
                case "home" -> options.flags |= VirtualAddress.Options.HOME;
                case "mngtmpaddr" -> options.flags |= VirtualAddress.Options.MANAGE_TEMPORARY;
                case "noprefixroute" -> options.flags |= VirtualAddress.Options.NO_PREFIX_ROUTE;
                case "autojoin" -> options.flags |= VirtualAddress.Options.JOIN_GROUPS;
                case "no_track" -> options.tracked = false;
                case "use_vmac" -> options.ownInterface = true;
                case "peer" -> {
                    options.peer = peer(line, line.parameter(++i), address);
                    if (options.peer == null) {
                        return false;
                    }
                }
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

    private @Nullable InetAddress peer(Statement line, String text, InetAddress address) {
        InetAddress peer = IpLiteral.parse(text.split("/", 2)[0]);
        if (peer == null || peer.getClass() != address.getClass()) {
            findings.error(line.origin(), "VRRP parsed invalid IP " + text + ". skipping IP...");
            findings.error(line.origin(), "Invalid peer address " + text);
            return null;
        }
        return peer;
    }

    /** {@code +} sets the bits of the host, {@code -} clears them; IPv6 has none. */
    private static @Nullable InetAddress broadcast(String text, InetAddress address, int prefixLength) {
        byte[] bytes = address.getAddress();
        if (bytes.length == 16) {
            return null;
        }
        if (!text.matches("[+-]")) {
            return IpLiteral.parse(text);
        }
        for (int bit = prefixLength; bit < 32; bit++) {
            int mask = 0x80 >>> (bit & 7);
            bytes[bit >>> 3] = (byte) (text.equals("+") ? bytes[bit >>> 3] | mask : bytes[bit >>> 3] & ~mask);
        }
        return IpLiteral.parse(
                (bytes[0] & 0xff) + "." + (bytes[1] & 0xff) + "." + (bytes[2] & 0xff) + "." + (bytes[3] & 0xff));
    }

    private @Nullable Integer seconds(Statement line, int index) {
        String text = line.parameter(index);
        if (text.equals("forever")) {
            return VirtualAddress.Options.FOREVER;
        }
        Integer seconds = values.integer(line, index, 0, Integer.MAX_VALUE);
        if (seconds == null) {
            findings.error(line.origin(), "preferred_lft " + text + " is invalid");
        }
        return seconds;
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
