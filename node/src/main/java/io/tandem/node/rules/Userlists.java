// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

import io.tandem.config.text.Origin;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.SectionKind;
import io.tandem.node.rules.sample.Password;
import io.tandem.node.rules.sample.Userlist;
import io.tandem.node.setup.Feature;
import io.tandem.vrrp.netlink.Crypt;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code userlist} sections (HAProxy manual 3.4). */
public final class Userlists implements Feature {
    /** What a section says. */
    public static final FacetKey<Lines> KEY = new FacetKey<>(Lines.class, Lines::new);

    private static final Keyword<Directive> GROUP = Keyword.directive("group", SectionKind.USERLIST)
            .arguments("<name> [users <user>,<user>,…]")
            .doc("a group, and who is in it")
            .as(Userlists::group);

    private static final Keyword<Directive> USER = Keyword.directive("user", SectionKind.USERLIST)
            .arguments("<name> [password <hash>] [insecure-password <password>] [groups <group>,<group>,…]")
            .doc("a user; a hash is what crypt(3) of this host knows")
            .as(Userlists::user);

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(GROUP, USER);
    }

    private static void group(Arguments line, Draft draft) {
        Lines lines = draft.facet(KEY);
        String name = line.require("'group' expects <name> as arguments.").text();
        if (lines.groups.putIfAbsent(name, Set.of()) != null) {
            line.warn("ignoring duplicated group '" + name + "' in userlist '" + draft.name() + "'.");
            return;
        }
        if (line.hasNext()) {
            if (!line.accept("users")) {
                throw line.error("'group' only supports 'users' option.");
            }
            lines.groups.put(name, names(line.next()));
        }
    }

    private static void user(Arguments line, Draft draft) {
        Lines lines = draft.facet(KEY);
        String name = line.require("'user' expects <name> as arguments.").text();
        if (lines.users.containsKey(name)) {
            line.warn("ignoring duplicated user '" + name + "' in userlist '" + draft.name() + "'.");
            return;
        }
        Password password = null;
        Set<String> groups = Set.of();
        while (line.hasNext()) {
            switch (line.next()) {
                case "insecure-password" -> password = Password.inClear(line.next());
                case "password" -> {
                    if (!Crypt.isAvailable()) {
                        throw line.error("'password' of user '" + name
                                + "' cannot be checked: this host has no libcrypt;" + " use 'insecure-password'.");
                    }
                    password = Password.hashed(line.next());
                }
                case "groups" -> groups = names(line.next());
                default ->
                    throw line.error("'user' only supports 'password', 'insecure-password' and 'groups' options.");
            }
        }
        lines.users.put(name, new Userlist.User(password, groups));
    }

    private static Set<String> names(String list) {
        return new HashSet<>(List.of(list.split(",")));
    }

    /** The lines of one userlist. */
    public static final class Lines implements Facet {
        private final Map<String, Userlist.User> users = new LinkedHashMap<>();
        private final Map<String, Set<String>> groups = new LinkedHashMap<>();
        private @Nullable Userlist compiled;

        /** Users with all their groups, those named on group lines included. */
        public Userlist list(Origin origin) {
            Userlist known = compiled;
            if (known == null) {
                Map<String, Userlist.User> all = new HashMap<>();
                users.forEach((name, user) -> {
                    Set<String> in = new HashSet<>(user.groups());
                    groups.forEach((group, members) -> {
                        if (members.contains(name)) {
                            in.add(group);
                        }
                    });
                    all.put(name, new Userlist.User(user.password(), in));
                });
                known = new Userlist(all);
                compiled = known;
            }
            return known;
        }

        @Override
        public Facet inherit() {
            return new Lines();
        }
    }
}
