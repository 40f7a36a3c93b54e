// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.node.language.Draft;
import io.tandem.node.language.Drafts;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keywords;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the lines of a configuration left behind, as text: every facet of every section, with all that can be reached from it.
 * A facet that is as it was made, because a line looked at it and changed nothing, does not show.
 */
final class Fingerprint {
    private static final int DEEPEST = 60;

    private final IdentityHashMap<Object, Integer> seen = new IdentityHashMap<>();
    private final StringBuilder out = new StringBuilder();

    private Fingerprint() {}

    static String of(Drafts drafts) throws ReflectiveOperationException {
        StringBuilder all = new StringBuilder(of(drafts.global()));
        for (Draft proxy : drafts.proxies()) {
            all.append(of(proxy));
        }
        for (Draft other : drafts.others()) {
            all.append(of(other));
        }
        return all.toString();
    }

    private static String of(Draft draft) throws ReflectiveOperationException {
        Field field = Draft.class.getDeclaredField("facets");
        field.setAccessible(true);
        StringBuilder all = new StringBuilder(draft.toString());
        for (Map.Entry<?, ?> entry : ((Map<?, ?>) field.get(draft)).entrySet()) {
            FacetKey<?> key = (FacetKey<?>) entry.getKey();
            Facet fresh = key.fresh().get();
            String text = value(entry.getValue());
            if (!text.equals(value(fresh))) {
                all.append('\n').append(text);
            }
        }
        for (Class<?> type = draft.getClass(); type != Draft.class; type = type.getSuperclass()) {
            Fingerprint own = new Fingerprint();
            own.fields(draft, type, 0);
            all.append('\n').append(own.out);
        }
        return all.append('\n').toString();
    }

    private static String value(Object object) throws ReflectiveOperationException {
        Fingerprint fingerprint = new Fingerprint();
        fingerprint.visit(object, 0);
        return fingerprint.out.toString();
    }

    private void visit(@Nullable Object object, int depth) throws ReflectiveOperationException {
        boolean plain = object instanceof CharSequence
                || object instanceof Number
                || object instanceof Boolean
                || object instanceof Character
                || object instanceof Enum;
        if (object == null || plain) {
            out.append(object).append(' ');
            return;
        }
        Integer number = seen.putIfAbsent(object, seen.size());
        if (number != null || depth > DEEPEST || object instanceof Keywords) {
            out.append('#').append(number).append(' ');
            return;
        }
        if (object instanceof Collection<?> items) {
            out.append('[');
            for (Object item : items) {
                visit(item, depth + 1);
            }
            out.append(']');
        } else if (object instanceof Map<?, ?> map) {
            out.append('{');
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                visit(entry.getKey(), depth + 1);
                visit(entry.getValue(), depth + 1);
            }
            out.append('}');
        } else if (object.getClass().isArray()) {
            for (int i = 0; i < Array.getLength(object); i++) {
                visit(Array.get(object, i), depth + 1);
            }
        } else if (object.getClass().getName().startsWith("io.tandem.")) {
            out.append(object.getClass().getName()).append('(');
            for (Class<?> type = object.getClass(); type != null && type != Object.class; type = type.getSuperclass()) {
                fields(object, type, depth);
            }
            out.append(')');
        } else {
            out.append(String.valueOf(object).replaceAll("@[0-9a-f]+$", "")).append(' ');
        }
    }

    private void fields(Object object, Class<?> type, int depth) throws ReflectiveOperationException {
        for (Field field : type.getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers())) {
                field.setAccessible(true);
                out.append(field.getName()).append('=');
                visit(field.get(object), depth + 1);
            }
        }
    }
}
