// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.language.Draft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.rules.Userlists;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A {@code userlist}: who may come in with which password, and the groups they are in. Immutable.
 *
 * @param users by name
 */
public record Userlist(Map<String, User> users) {
    private static final Userlist EMPTY = new Userlist(Map.of());

    /**
     * One user.
     *
     * @param password null for none, with which nobody comes in
     */
    public record User(@Nullable Password password, Set<String> groups) {}

    public Userlist {
        users = Map.copyOf(users);
    }

    static Userlist find(String name, Site site, int position) {
        if (site.assembly() == null) {
            return EMPTY;
        }
        List<Draft> lists = site.assembly().drafts().others();
        for (Draft list : lists) {
            if (list.kind() == SectionKind.USERLIST && list.name().equals(name)) {
                return list.facet(Userlists.KEY).list(list.origin());
            }
        }
        throw new BackendReference.Missing("unable to find userlist '" + name + "' referenced in arg " + position);
    }

    /** The user of that name if the password is right, else null. */
    @Nullable User authenticate(String name, String password) {
        User user = users.get(name);
        Password right = user == null ? null : user.password();
        return right != null && right.is(password) ? user : null;
    }
}
