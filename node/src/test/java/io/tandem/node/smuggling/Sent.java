// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.smuggling;

import io.tandem.node.differential.Http2Text;
import io.tandem.node.differential.wire.StrictReader.Field;
import java.util.ArrayList;
import java.util.List;

/**
 * A message in HTTP/2 as its sender means it, which may be anything.
 *
 * @param fields pseudo-header fields too, in the order sent
 * @param data the payload of each DATA frame
 */
record Sent(List<Field> fields, List<String> data, List<Field> trailers) {
    String frames(int stream) {
        StringBuilder frames = new StringBuilder();
        boolean bare = data.isEmpty() && trailers.isEmpty();
        frames.append(Http2Text.headers(stream, bare, flat(fields)));
        for (int i = 0; i < data.size(); i++) {
            frames.append(Http2Text.data(stream, trailers.isEmpty() && i == data.size() - 1, data.get(i)));
        }
        if (!trailers.isEmpty()) {
            frames.append(Http2Text.headers(stream, true, flat(trailers)));
        }
        return frames.toString();
    }

    private static String[] flat(List<Field> fields) {
        List<String> flat = new ArrayList<>();
        for (Field field : fields) {
            flat.add(field.name());
            flat.add(field.value());
        }
        return flat.toArray(String[]::new);
    }

    String body() {
        return String.join("", data);
    }

    /** The values of that field, in order. */
    List<String> values(String name) {
        return fields.stream()
                .filter(field -> field.name().equals(name))
                .map(Field::value)
                .toList();
    }
}
