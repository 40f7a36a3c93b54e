// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What keepalived asks the host while it reads its file.
 *
 * @param environment for {@code ${_ENV NAME}} and the PATH of scripts
 * @param configId keepalived's {@code -i}: which lines of the form {@code @id} count; by default the first part of the
 *     host's name
 * @param hasInterface whether the host has an interface of that name
 * @param networks what an interface's own addresses say of the networks there; empty where that is not known
 * @param users their names
 * @param groups their names
 */
public record KeepalivedHost(
        Map<String, String> environment,
        String configId,
        Predicate<String> hasInterface,
        Function<String, List<Network>> networks,
        Set<String> users,
        Set<String> groups) {
    public KeepalivedHost {
        environment = Map.copyOf(environment);
        users = Set.copyOf(users);
        groups = Set.copyOf(groups);
    }

    /**
     * An address of an interface.
     *
     * @param prefixLength 0..32 or 0..128
     */
    public record Network(InetAddress address, int prefixLength) {
        boolean holds(InetAddress other) {
            byte[] one = address.getAddress();
            byte[] two = other.getAddress();
            if (one.length != two.length) {
                return false;
            }
            for (int bit = 0; bit < prefixLength; bit += 8) {
                int mask = 0xff00 >> Math.min(8, prefixLength - bit) & 0xff;
                if ((one[bit / 8] & mask) != (two[bit / 8] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** This host, in the calling thread's network namespace. */
    public static KeepalivedHost current(Map<String, String> environment, String configId) {
        return new KeepalivedHost(
                environment,
                configId,
                KeepalivedHost::isInterface,
                KeepalivedHost::networksOf,
                names("/etc/passwd"),
                names("/etc/group"));
    }

    /** This host, any interface taken for granted: it may appear later, or the file is another host's. */
    public static KeepalivedHost anywhere(Map<String, String> environment, String configId) {
        return new KeepalivedHost(
                environment, configId, name -> true, name -> List.of(), names("/etc/passwd"), names("/etc/group"));
    }

    /** As uname(1) has it. */
    static String hostName(String otherwise) {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            return otherwise;
        }
    }

    KeepalivedHost withInterfaces(Predicate<String> has) {
        return new KeepalivedHost(environment, configId, has, networks, users, groups);
    }

    /** Also those without an address; in the calling thread's namespace. */
    private static boolean isInterface(String name) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/thread-self/net/dev"), StandardCharsets.ISO_8859_1)) {
            return lines.anyMatch(line -> line.strip().startsWith(name + ":"));
        } catch (IOException e) {
            return true; // nobody can tell
        }
    }

    private static List<Network> networksOf(String name) {
        try {
            NetworkInterface found = NetworkInterface.getByName(name);
            return found == null
                    ? List.of()
                    : found.getInterfaceAddresses().stream()
                            .map(each -> new Network(each.getAddress(), each.getNetworkPrefixLength()))
                            .toList();
        } catch (SocketException e) {
            return List.of();
        }
    }

    private static Set<String> names(String file) {
        try (Stream<String> lines = Files.lines(Path.of(file), StandardCharsets.ISO_8859_1)) {
            return lines.map(line -> line.split(":", 2)[0]).collect(Collectors.toUnmodifiableSet());
        } catch (IOException e) {
            return Set.of("root");
        }
    }
}
