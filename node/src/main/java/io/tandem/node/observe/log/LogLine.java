// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.log;

import io.tandem.config.haproxy.Address;
import io.tandem.config.haproxy.AddressSyntax;
import io.tandem.config.haproxy.Environment;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.SectionKind;
import io.tandem.node.observe.log.LogTarget.Destination;
import io.tandem.node.observe.log.LogTarget.Format;
import io.tandem.node.observe.ring.RingFeature;
import io.tandem.node.socket.Endpoints;
import io.tandem.node.socket.UnixName;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a {@code log} line: {@code <target> [len n] [format f] [sample s] [profile p] <facility> [<level> [<minimum level>]]}. */
final class LogLine {
    private static final int DEFAULT_LENGTH = 1024;
    private static final int SYSLOG_PORT = 514;

    /** Prefixes that ask for a connection. */
    private static final Pattern STREAM = Pattern.compile("(tcp[46]?|uxst|stream\\+[a-z0-9]+)@.*");

    /** Complaints that HAProxy ends with a line feed. */
    private static final Pattern ENDED =
            Pattern.compile("(invalid address|file descriptor|cannot use file descriptor).*");

    private final Arguments line;
    private final SectionKind section;
    private int length = DEFAULT_LENGTH;
    private Format format = Format.AS_RECEIVED;
    private @Nullable LogSample sample;
    private @Nullable String profile;

    private LogLine(Arguments line, SectionKind section) {
        this.line = line;
        this.section = section;
    }

    /** @param section where it stands */
    static LogTarget read(Arguments line, SectionKind section) {
        return new LogLine(line, section).read();
    }

    private LogTarget read() {
        boolean global = section == SectionKind.GLOBAL;
        String expected = "log : expects <address> and <facility> " + (global ? "" : "or global") + " as arguments";
        String address = line.require(expected).text();
        if (global && address.equals("global") && !line.hasNext()) {
            throw line.error("log : 'global' is not supported for a global syslog server");
        }
        if (!line.hasNext() || address.isEmpty()) {
            throw line.error(expected);
        }
        options();
        String facilityWord = line.next();
        int facility = Facility.facility(facilityWord);
        if (facility < 0) {
            throw line.error("log : unknown log facility '" + facilityWord + "'");
        }
        int maxLevel = level("unknown optional log level", 7);
        int minLevel = level("unknown optional minimum log level", 0);
        if (line.hasNext()) {
            throw line.error("log : cannot handle unexpected argument '" + line.peek() + "'");
        }
        return new LogTarget(destination(address), length, format, facility, maxLevel, minLevel, sample, profile);
    }

    private void options() {
        if (line.accept("len")) {
            length = length(line.next());
        }
        if (line.accept("format")) {
            String word = line.next();
            Format named = Format.of(word);
            if (named == null) {
                throw line.error("log : unknown log format '" + word + "'");
            }
            format = named;
        }
        if (line.accept("sample")) {
            try {
                sample = LogSample.parse(line.next());
            } catch (LogSample.Malformed malformed) {
                throw line.error("log : " + malformed.text());
            }
        }
        if (line.accept("profile")) {
            profile = line.require("log : 'profile' expects the name of a log-profile section")
                    .text();
            LogProfiles.expect(profile, line);
        }
    }

    private int length(String word) {
        int value = Arguments.leadingInteger(word);
        if (value < 80 || value > 65_535) {
            throw line.error("log : invalid log length '" + word + "', must be between 80 and 65535");
        }
        return value;
    }

    private int level(String complaint, int otherwise) {
        if (!line.hasNext()) {
            return otherwise;
        }
        String word = line.next();
        int level = Facility.level(word);
        if (level < 0) {
            throw line.error("log : " + complaint + " '" + word + "'");
        }
        return level;
    }

    private Destination destination(String written) {
        Environment environment = line.context().options().environment();
        String word = environment.expandAddress(written);
        if (word.equals("stdout") || word.equals("stderr")) {
            return new Destination.Descriptor(word.equals("stdout") ? 1 : 2);
        }
        if (word.startsWith("ring@")) {
            return new Destination.Ring(word.substring("ring@".length()), line.origin());
        }
        AddressSyntax.Result result = syntax(environment).parse(written);
        Address address = result.address();
        String error = result.error();
        if (error == null && address instanceof Address.SocketPair pair) {
            error = "cannot use file descriptor '" + pair.number() + "' : Socket operation on non-socket.";
        }
        if (error != null) {
            throw line.error("log : " + error + (ENDED.matcher(error).matches() ? "\n" : ""));
        }
        if (address instanceof Address.Descriptor descriptor) {
            return new Destination.Descriptor(descriptor.number());
        }
        boolean stream = STREAM.matcher(word).matches();
        if (address instanceof Address.Inet inet) {
            return inet(inet, written, stream);
        }
        if (stream) {
            return new Destination.Ring(RingFeature.implied(line, written), line.origin());
        }
        return address instanceof Address.Abstract name
                ? new Destination.Unix(UnixName.abstractName(name.name()))
                : new Destination.Unix(UnixName.path(((Address.UnixPath) Objects.requireNonNull(address)).path()));
    }

    private static AddressSyntax syntax(Environment environment) {
        return new AddressSyntax(
                environment,
                AddressSyntax.Allow.DATAGRAM,
                AddressSyntax.Allow.STREAM,
                AddressSyntax.Allow.NO_PORT,
                AddressSyntax.Allow.DESCRIPTOR);
    }

    private Destination inet(Address.Inet inet, String written, boolean stream) {
        InetAddress resolved = Endpoints.resolve(inet);
        if (resolved == null) {
            throw line.error("log : invalid address: '" + inet.host() + "' in '" + written + "'\n");
        }
        return stream
                ? new Destination.Ring(RingFeature.implied(line, written), line.origin())
                : new Destination.Udp(new InetSocketAddress(resolved, inet.port() == 0 ? SYSLOG_PORT : inet.port()));
    }
}
