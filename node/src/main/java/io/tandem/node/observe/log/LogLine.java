// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.log;

import io.tandem.config.text.Word;
import io.tandem.node.language.Arguments;
import io.tandem.node.observe.log.LogTarget.Destination;
import io.tandem.node.observe.log.LogTarget.Format;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Reads a {@code log} line: {@code <target> [len n] [format f] <facility> [<level> [<minimum level>]]}. */
final class LogLine {
    private static final int DEFAULT_LENGTH = 1024;
    private static final int SYSLOG_PORT = 514;

    private final Arguments line;
    private int length = DEFAULT_LENGTH;
    private Format format = Format.LOCAL;

    private LogLine(Arguments line) {
        this.line = line;
    }

    static LogTarget read(Arguments line) {
        return new LogLine(line).read();
    }

    private LogTarget read() {
        Word target = line.require("log : expects <address> and <facility> or global as arguments");
        if (!line.hasNext()) {
            throw line.error("log : expects <address> and <facility> or global as arguments");
        }
        Destination destination = destination(target.text());
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
        return new LogTarget(destination, length, format, facility, maxLevel, minLevel);
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
        if (line.peek().equals("sample") || line.peek().equals("profile")) {
            throw line.error("log : '" + line.peek() + "' is not supported by this version of tandem");
        }
    }

    private int length(String word) {
        try {
            int value = Integer.parseInt(word);
            if (value >= 80 && value <= 65_535) {
                return value;
            }
        } catch (NumberFormatException notANumber) {
            // answered below
        }
        throw line.error("log : invalid log length '" + word + "', must be between 80 and 65535");
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
        String word = line.context().options().environment().expandAddress(written);
        switch (word) {
            case "stdout" -> {
                return new Destination.Descriptor(1);
            }
            case "stderr" -> {
                return new Destination.Descriptor(2);
            }
            default -> {}
        }
        if (word.startsWith("fd@")) {
            return new Destination.Descriptor(number(word.substring(3), word));
        }
        if (word.startsWith("ring@") || word.startsWith("tcp@") || word.startsWith("backend@")) {
            throw line.error("log : target '" + word + "' is not supported by this version of tandem");
        }
        if (word.startsWith("/") || word.startsWith("unix@") || word.startsWith("uxdg@")) {
            return new Destination.Unix(word.substring(word.indexOf('@') + 1));
        }
        return udp(word.replaceFirst("^(udp[46]?|ipv[46])@", ""));
    }

    private Destination udp(String word) {
        int colon = word.lastIndexOf(':');
        boolean bareV6 = word.indexOf(':') != colon && !word.startsWith("[") && word.indexOf('.') < 0;
        String host = colon < 0 || bareV6 || word.endsWith("]") ? word : word.substring(0, colon);
        int port = host.equals(word) ? SYSLOG_PORT : number(word.substring(colon + 1), word);
        InetAddress address = resolve(host.isEmpty() ? "127.0.0.1" : host);
        if (address == null) {
            throw line.error("log : invalid address: '" + host + "' in '" + word + "'\n");
        }
        return new Destination.Udp(new InetSocketAddress(address, port));
    }

    private int number(String word, String whole) {
        try {
            int value = Integer.parseInt(word);
            if (value >= 0 && value <= 65_535) {
                return value;
            }
        } catch (NumberFormatException notANumber) {
            // answered below
        }
        throw line.error("log : invalid character '" + word + "' in port number or file descriptor of '" + whole + "'");
    }

    private static @Nullable InetAddress resolve(String host) {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException unknown) {
            return null;
        }
    }
}
