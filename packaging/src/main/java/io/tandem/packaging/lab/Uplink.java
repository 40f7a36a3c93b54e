// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How the machine's own programs reach the lab.
 *
 * @param loopbackPorts for {@link Kind#RELAY}: the loopback port of each of {@link #CARRIED}, otherwise empty
 */
public record Uplink(Kind kind, List<Integer> loopbackPorts) {
    /** The floating address's ports that a relay carries. */
    static final List<Integer> CARRIED = List.of(80, 443, 8404);

    /** The loopback ports it would like for them. */
    static final List<Integer> WANTED = List.of(8080, 8443, 8404);

    static final Uplink NONE = new Uplink(Kind.NONE, List.of());
    static final Uplink CABLE = new Uplink(Kind.CABLE, List.of());

    /** The way. */
    public enum Kind {
        /** A veth pair from the lab's switch to the machine: addresses work as they are. Root only. */
        CABLE,
        /** Loopback ports carried into the lab. */
        RELAY,
        /** Not at all: a drill needs nobody from outside. */
        NONE
    }

    public Uplink {
        loopbackPorts = List.copyOf(loopbackPorts);
    }

    /** The line that tells the lab. */
    String line() {
        return kind + loopbackPorts.stream().map(port -> " " + port).collect(Collectors.joining());
    }

    static Uplink parse(@org.jspecify.annotations.Nullable String line) throws IOException {
        if (line == null) {
            throw new IOException("the supervisor went away");
        }
        List<String> words = List.of(line.split(" ", -1));
        List<Integer> ports = words.stream().skip(1).map(Integer::valueOf).toList();
        return new Uplink(
                Arrays.stream(Kind.values())
                        .filter(kind -> kind.name().equals(words.get(0)))
                        .findFirst()
                        .orElseThrow(() -> new IOException("not an uplink: " + line)),
                ports);
    }
}
