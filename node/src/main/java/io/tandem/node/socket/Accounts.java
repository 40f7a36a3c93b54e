// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.socket;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Numbers of users and groups, and the groups a user is a member of, from {@code /etc/passwd} and {@code /etc/group}. */
public final class Accounts {
    private static final Path USERS = Path.of("/etc/passwd");
    private static final Path GROUPS = Path.of("/etc/group");

    private Accounts() {}

    /** The number of a user, or -1. */
    public static int user(String name) {
        return number(USERS, name);
    }

    /** The number of a group, or -1. */
    public static int group(String name) {
        return number(GROUPS, name);
    }

    /** The groups that list the user as a member. */
    public static List<Integer> groupsOf(String user) {
        return lines(GROUPS).stream()
                .map(line -> line.split(":", -1))
                .filter(fields ->
                        fields.length >= 4 && List.of(fields[3].split(",", -1)).contains(user))
                .map(fields -> Integer.parseInt(fields[2]))
                .toList();
    }

    private static int number(Path file, String name) {
        return lines(file).stream()
                .map(line -> line.split(":", -1))
                .filter(fields -> fields.length >= 3 && fields[0].equals(name))
                .map(fields -> Integer.parseInt(fields[2]))
                .findFirst()
                .orElse(-1);
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return List.of();
        }
    }
}
